namespace Spot.Transfer;

/// <summary>The source prompts of strategies that do not retrieve.</summary>
internal static class AllPrompts
{
    /// <summary>All prompts that a target may start from, in the order of their ids.</summary>
    /// <exception cref="SpotException">There is none.</exception>
    public static async Task<PromptInfo[]> ListAsync(IPromptLibrary library, Func<PromptInfo, bool>? eligible, TextTask target, CancellationToken cancellationToken)
    {
        IReadOnlyList<PromptInfo> all = await library.ListAsync(cancellationToken).ConfigureAwait(false);
        PromptInfo[] sources = [.. all.Where(info => eligible?.Invoke(info) ?? true)];
        return sources.Length > 0 ? sources : throw new SpotException(
            $"The library holds no prompt{(eligible is null ? "" : " that is eligible")}, so '{target.Name}' has nothing to start from. Add records of source tasks first.");
    }

    /// <summary>A prompt with its values.</summary>
    /// <exception cref="SpotException">It was removed since it was found.</exception>
    public static async Task<PromptRecord> ReadAsync(IPromptLibrary library, string id, CancellationToken cancellationToken) =>
        await library.GetAsync(id, cancellationToken).ConfigureAwait(false)
        ?? throw new SpotException($"The prompt '{id}' was removed from the library during the transfer. Run it again.");
}
