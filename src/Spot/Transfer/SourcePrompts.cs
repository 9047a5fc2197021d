namespace Spot.Transfer;

/// <summary>What strategies take from a library.</summary>
internal static class SourcePrompts
{
    /// <summary>All prompts that a target may start from, in the order of their ids.</summary>
    /// <exception cref="SpotException">There is none.</exception>
    public static async Task<PromptInfo[]> ListAsync(IPromptLibrary library, SourceFilter filter, CancellationToken cancellationToken)
    {
        PromptInfo[] sources = await library.ListAsync(cancellationToken).Where(filter.Allows).ToArrayAsync(cancellationToken).ConfigureAwait(false);
        return sources.Length > 0 ? sources : throw await filter.NothingAsync(library, isSearch: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The prompts with these ids, with their values, in the same order.</summary>
    /// <exception cref="SpotException">One was removed since it was found.</exception>
    public static async Task<IReadOnlyList<PromptRecord>> ReadAsync(IPromptLibrary library, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        List<PromptRecord> records = [];
        foreach (string id in ids)
        {
            records.Add(await library.GetAsync(id, cancellationToken).ConfigureAwait(false)
                ?? throw new SpotException($"The prompt '{id}' was removed from the library during the transfer. Run it again."));
        }

        return records;
    }
}
