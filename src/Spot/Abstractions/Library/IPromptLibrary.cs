namespace Spot;

/// <summary>A store of soft prompts that is searched by task embedding (SPoT §3.1, Figure 2).</summary>
/// <remarks>
/// Implementations are safe for concurrent calls. A library belongs to one backbone; the first record that is added fixes which.
/// </remarks>
public interface IPromptLibrary
{
    /// <summary>The fingerprint of the backbone that all prompts here belong to; null while the library is empty.</summary>
    string? BackboneFingerprint { get; }

    /// <summary>Keeps a record. When the task ends the record is on disk, whole; when it throws nothing has changed.</summary>
    /// <param name="record">The record; its shapes and fingerprints must agree with each other and with the library.</param>
    /// <param name="replace">Whether a record with the same id is replaced; otherwise it is an error.</param>
    /// <param name="cancellationToken">Cancels before anything is replaced.</param>
    /// <returns>A task that ends when the record is kept.</returns>
    /// <exception cref="ArgumentException">The id is not allowed, or the record contradicts itself.</exception>
    /// <exception cref="SpotException">The record belongs to another backbone or width, or the id is taken.</exception>
    Task AddAsync(PromptRecord record, bool replace = false, CancellationToken cancellationToken = default);

    /// <summary>Reads a record.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>The record, or null where there is none with this id.</returns>
    /// <exception cref="InvalidDataException">The record's files are damaged.</exception>
    Task<PromptRecord?> GetAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Lists what the library holds.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>All records without their values, by ordinal order of the id.</returns>
    Task<IReadOnlyList<PromptInfo>> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes a record.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="cancellationToken">Cancels before anything is removed.</param>
    /// <returns>Whether there was one.</returns>
    Task<bool> RemoveAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Finds the prompts whose task embeddings are most similar to a query.</summary>
    /// <param name="query">A task embedding of the same backbone, width and step as the library's keys.</param>
    /// <param name="k">How many at most, at least 1.</param>
    /// <param name="similarity">How embeddings are compared.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The best first; equal similarities by ordinal order of the id. Keys taken at another step are not compared.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    /// <exception cref="SpotException">The query is of another backbone or width, or no key was taken at its step though there are keys.</exception>
    Task<IReadOnlyList<PromptMatch>> SearchAsync(
        TaskEmbedding query,
        int k,
        PromptSimilarity similarity = PromptSimilarity.AverageToken,
        CancellationToken cancellationToken = default);

    /// <summary>Finds the most similar prompts for each of several queries.</summary>
    /// <param name="queries">Task embeddings; their steps may differ.</param>
    /// <param name="k">How many at most for each, at least 1.</param>
    /// <param name="similarity">How embeddings are compared.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>For each query what searching for it alone gives.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    /// <exception cref="SpotException">A query is of another backbone or width, or no key was taken at its step though there are keys.</exception>
    async Task<IReadOnlyList<IReadOnlyList<PromptMatch>>> SearchAsync(
        IReadOnlyList<TaskEmbedding> queries,
        int k,
        PromptSimilarity similarity = PromptSimilarity.AverageToken,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        List<IReadOnlyList<PromptMatch>> found = [];
        foreach (TaskEmbedding query in queries)
        {
            found.Add(await SearchAsync(query, k, similarity, cancellationToken).ConfigureAwait(false));
        }

        return found;
    }

    /// <summary>Finds the most similar prompts among some, for a task that may have been embedded several times.</summary>
    /// <param name="embeddings">At least one, all of one step; similarities are averaged over them.</param>
    /// <param name="k">How many at most, at least 1.</param>
    /// <param name="similarity">How embeddings are compared.</param>
    /// <param name="filter">Which prompts count; null for all.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The best first; equal similarities by ordinal order of the id.</returns>
    internal async Task<IReadOnlyList<PromptMatch>> SearchMeanAsync(
        IReadOnlyList<TaskEmbedding> embeddings, int k, PromptSimilarity similarity, Func<PromptInfo, bool>? filter, CancellationToken cancellationToken)
    {
        // Other libraries than Spot's own have the public search alone: more and more hits, or all where several rankings have to be put together.
        int all = Math.Max(1, (await ListAsync(cancellationToken).ConfigureAwait(false)).Count);
        for (long asked = embeddings.Count == 1 ? k : all; ; asked *= 4)
        {
            List<PromptMatch> found = [];
            foreach (TaskEmbedding embedding in embeddings)
            {
                found.AddRange(await SearchAsync(embedding, (int)Math.Min(asked, all), similarity, cancellationToken).ConfigureAwait(false));
            }

            PromptMatch[] best = [.. found.GroupBy(match => match.Info.Id, StringComparer.Ordinal)
                .Select(matches => new PromptMatch(matches.First().Info, matches.Average(match => match.Similarity)))
                .Where(match => filter?.Invoke(match.Info) ?? true)
                .OrderByDescending(match => match.Similarity).ThenBy(match => match.Info.Id, StringComparer.Ordinal)
                .Take(k)];
            if (best.Length == k || asked >= all)
            {
                return best;
            }
        }
    }
}
