namespace Spot;

/// <summary>A store of soft prompts that is searched by task embedding (SPoT §3.1, Figure 2).</summary>
/// <remarks>
/// Implementations are safe for concurrent calls. A library belongs to one backbone; the first record that is added fixes which. Who makes a library
/// disposes of it, where it is disposable; who is handed one does not.
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

    /// <summary>Tells which version of a record is there, so that who keeps its content elsewhere knows when to read it again.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A text that is another one after every change of the record, or null where there is none with this id.</returns>
    /// <exception cref="InvalidDataException">The record's files are damaged.</exception>
    /// <remarks>Unless an implementation does better, the record is read and hashed.</remarks>
    async Task<string?> GetVersionAsync(string id, CancellationToken cancellationToken = default) =>
        await GetAsync(id, cancellationToken).ConfigureAwait(false) is { } record ? RecordVersion.Of(record) : null;

    /// <summary>Lists what the library holds, one prompt after the other.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>All records without their values, by ordinal order of the id. Reading begins with the first one asked for; dispose the enumerator, as <c>await foreach</c> does.</returns>
    /// <exception cref="OperationCanceledException">The listing was ended.</exception>
    IAsyncEnumerable<PromptInfo> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes a record.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="cancellationToken">Cancels before anything is removed.</param>
    /// <returns>Whether there was one.</returns>
    Task<bool> RemoveAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Finds the prompts whose task embeddings are most similar to a query.</summary>
    /// <param name="query">A task embedding of the same backbone, width and step as the library's keys.</param>
    /// <param name="options">How many, how they are compared, and which count; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>
    /// The best first; equal similarities by ordinal order of the id. Keys taken at another step are not compared. Where displacements are compared, keys whose
    /// start is not known follow behind the others, see <see cref="PromptSearchOptions.Similarity"/>.
    /// </returns>
    /// <exception cref="ArgumentException">A displacement is asked for, and the query's start is of another shape than its prompt.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="SpotException">The query is of another backbone or width, or no key was taken at its step though there are keys.</exception>
    Task<IReadOnlyList<PromptMatch>> SearchAsync(TaskEmbedding query, PromptSearchOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Finds the most similar prompts for each of several queries.</summary>
    /// <param name="queries">Task embeddings; their steps may differ.</param>
    /// <param name="options">As for one query, and the same for all; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>For each query what searching for it alone gives.</returns>
    /// <exception cref="ArgumentException">A query is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="SpotException">A query is of another backbone or width, or no key was taken at its step though there are keys.</exception>
    /// <remarks>Unless an implementation does better, one search after the other.</remarks>
    async Task<IReadOnlyList<IReadOnlyList<PromptMatch>>> SearchManyAsync(
        IReadOnlyList<TaskEmbedding> queries, PromptSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        PromptSearchOptions own = PromptSearchOptions.Of(options);
        List<IReadOnlyList<PromptMatch>> found = [];
        foreach (TaskEmbedding query in queries)
        {
            found.Add(await SearchAsync(query, own, cancellationToken).ConfigureAwait(false));
        }

        return found;
    }

    /// <summary>Finds the most similar prompts for one task that was embedded several times: similarities are averaged over its embeddings.</summary>
    /// <param name="embeddings">The task's embeddings, at least one, all of one step.</param>
    /// <param name="options">As for one query; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <returns>The best first; equal averages by ordinal order of the id. Without the start of every embedding they are compared as they are.</returns>
    /// <exception cref="ArgumentException">There is no embedding, or one is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="SpotException">The embeddings are of different steps, of another backbone or width, or no key was taken at their step though there are keys.</exception>
    /// <remarks>Unless an implementation does better, whole rankings are put together: as many prompts are found for each embedding as the library holds.</remarks>
    async Task<IReadOnlyList<PromptMatch>> SearchAverageAsync(
        IReadOnlyList<TaskEmbedding> embeddings, PromptSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        RepeatedEmbeddings.Check(embeddings);
        PromptSearchOptions own = PromptSearchOptions.Of(options);
        if (embeddings.Count == 1)
        {
            return await SearchAsync(embeddings[0], own, cancellationToken).ConfigureAwait(false);
        }

        int k = own.K;
        own.K = int.MaxValue;
        return RepeatedEmbeddings.Average(await SearchManyAsync(RepeatedEmbeddings.Alike(embeddings), own, cancellationToken).ConfigureAwait(false), own.Similarity, k);
    }
}
