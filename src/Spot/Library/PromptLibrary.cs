using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Spot.Library;

/// <summary>A prompt library in a folder: per record a safetensors file with the numbers and a JSON file with the rest.</summary>
/// <remarks>
/// <para>A record is written so that a crash at any moment leaves the old one or the new one, never half of one; its numbers are
/// checked against their SHA-256 whenever they are read. The first record fixes the library's backbone for good, also when all
/// records are removed again.</para>
/// <para>Search is exact: similarities are accumulated in double, equal ones ordered by id. It runs over an index in the folder that holds
/// every record's keys; the index is a cache, checked against hashes and records, and made again of the records when it does not do.</para>
/// <para>Safe for concurrent calls, and for any number of processes that read while one writes. Writers wait for each other, see
/// <see cref="WriteTimeout"/>. Searches and <see cref="GetAsync"/> see what other processes have written; lists and <see cref="Problems"/> are as of
/// the last reading, see <see cref="RefreshAsync"/>. Files that end in <c>.tmp</c> or begin with a dot are ignored.</para>
/// <para>Who opens it disposes of it, at any time: calls that run, lists that are being gone through among them, come to their end, and the last of them
/// lets go of the index's files; other calls throw <see cref="ObjectDisposedException"/>. What was added is on disk in any case.</para>
/// </remarks>
public sealed class PromptLibrary : IPromptLibrary, IDisposable
{
    private readonly LibraryStore _store;
    private readonly LibrarySearch _search;
    private readonly LibraryQueries _queries;
    private readonly LibraryListing _listing;
    private readonly ILogger _logger;

    private PromptLibrary(LibraryStore store, ILogger logger)
    {
        _store = store;
        _logger = logger;
        _search = new LibrarySearch(store);
        _queries = new LibraryQueries(_search);
        _listing = new LibraryListing(store);
    }

    /// <summary>The library's folder, as a full path.</summary>
    public string Folder => _store.Folder.Path;

    /// <inheritdoc/>
    public string? BackboneFingerprint => _store.State.Backbone;

    /// <summary>How long a change waits for another process that writes, before it gives up with an <see cref="IOException"/> that names it.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan WriteTimeout
    {
        get => _store.WriteTimeout;
        set => _store.WriteTimeout = value;
    }

    /// <summary>Files that cannot be used or do not belong here, as of the last reading and what was met since; the rest of the library is usable.</summary>
    /// <remarks>A library of more than 1,000 records whose index is up to date is opened without looking at its files: <see cref="RefreshAsync"/> looks at them all.</remarks>
    public IReadOnlyList<LibraryProblem> Problems
    {
        get
        {
            LibraryState state = _store.State;
            return [.. state.Damaged.Values, .. state.Others];
        }
    }

    /// <summary>Opens a library. Nothing is written: a folder that does not exist is an empty library and is made by the first record.</summary>
    /// <param name="folder">The folder; one library to a folder.</param>
    /// <param name="backboneFingerprint">The fingerprint of the backbone that the library must belong to; null for any.</param>
    /// <param name="logger">Told of an index that had to be made again, of damaged records, of waiting for other writers and of imports; null for none.</param>
    /// <returns>The library.</returns>
    /// <exception cref="IOException">The path is a file, or the folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    /// <exception cref="SpotException">The library belongs to another backbone, or was written by a newer version.</exception>
    public static PromptLibrary Open(string folder, string? backboneFingerprint = null, ILogger<PromptLibrary>? logger = null) =>
        Open(folder, backboneFingerprint, LibraryStore.FewRecords, logger);

    /// <summary>As <see cref="Open(string, string?, ILogger{PromptLibrary}?)"/>, on another thread: where there is no index that is up to date, every sidecar is read.</summary>
    /// <param name="folder">The folder; one library to a folder.</param>
    /// <param name="backboneFingerprint">The fingerprint of the backbone that the library must belong to; null for any.</param>
    /// <param name="logger">As of the other.</param>
    /// <param name="progress">Told how many records were read, from time to time and at the end; of nothing where an index is trusted.</param>
    /// <param name="cancellationToken">Ends the reading; then there is no library to be disposed of.</param>
    /// <returns>The library.</returns>
    /// <exception cref="IOException">The path is a file, or the folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    /// <exception cref="SpotException">The library belongs to another backbone, or was written by a newer version.</exception>
    public static Task<PromptLibrary> OpenAsync(
        string folder, string? backboneFingerprint = null, ILogger<PromptLibrary>? logger = null, IProgress<int>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Read(folder, backboneFingerprint, LibraryStore.FewRecords, logger, progress, cancellationToken), cancellationToken);

    internal static PromptLibrary Open(string folder, string? backboneFingerprint, int fewRecords, ILogger? logger = null) =>
        Read(folder, backboneFingerprint, fewRecords, logger, null, CancellationToken.None);

    internal static PromptLibrary Read(
        string folder, string? backboneFingerprint, int fewRecords, ILogger? logger, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ILogger own = logger ?? NullLogger.Instance;
        return new PromptLibrary(new LibraryStore(new LibraryFolder(folder), backboneFingerprint, fewRecords, own, progress, cancellationToken), own);
    }

    /// <summary>Ends the library; see the remarks of the class. Waits for nothing, and may be called from within a call.</summary>
    public void Dispose() => _store.Dispose();

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written, or another process writes it for longer than <see cref="WriteTimeout"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public async Task AddAsync(PromptRecord record, bool replace = false, CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _store.Begin();
        RecordValidator.Check(record);
        _store.CheckFits(_store.State, record.Info.BackboneFingerprint, record.Info.Dim); // before anything is made
        RecordFiles files = RecordFiles.Of(record);
        await WriteAsync(
            writer =>
            {
                writer.Add(files, record.Embedding, replace, cancellationToken);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<PromptRecord?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _store.Begin();
        ArgumentNullException.ThrowIfNull(id);
        return await Task.Run(() => Find(id, (folder, entry) => folder.ReadRecord(entry)), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>Reads the sidecar, which names the hash of the numbers.</remarks>
    public async Task<string?> GetVersionAsync(string id, CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _store.Begin();
        ArgumentNullException.ThrowIfNull(id);
        return await Task.Run(() => Find(id, (_, entry) => IndexInfo.Version(entry)), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>As of the last reading. A library that was opened by its index alone is listed from there: as its records are now, without reading their files.</remarks>
    public IAsyncEnumerable<PromptInfo> ListAsync(CancellationToken cancellationToken = default) => _listing.RunAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder cannot be written, or another process writes it for longer than <see cref="WriteTimeout"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public async Task<bool> RemoveAsync(string id, CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _store.Begin();
        ArgumentNullException.ThrowIfNull(id);
        return Directory.Exists(Folder) && await WriteAsync(writer => writer.Remove(id), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the folder again, every sidecar of it: finds what was changed by hand, and reports all that is wrong.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A task that ends when the folder is read.</returns>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    /// <exception cref="SpotException">The library belongs to another backbone than before, or was written by a newer version.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _store.Begin();
        await _store.RefreshAsync(cancellationToken).ConfigureAwait(false);
        _search.Forget();
    }

    /// <summary>Writes all usable records into one file, from which <see cref="ImportAsync"/> takes them.</summary>
    /// <param name="path">The archive, a zip file of the library's own files with their hashes; replaced, whole or not at all, if it exists.</param>
    /// <param name="cancellationToken">Cancels the writing; then there is no new archive.</param>
    /// <returns>How many records it holds.</returns>
    /// <exception cref="IOException">The archive cannot be written.</exception>
    /// <exception cref="InvalidDataException">A record's numbers are damaged.</exception>
    /// <exception cref="SpotException">The library has no backbone yet: nothing was ever added.</exception>
    public async Task<int> ExportAsync(string path, CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _store.Begin();
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return await LibraryExport.RunAsync(_store, Path.GetFullPath(path), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds all records of an archive, or none: it is checked as a whole first, and an import that dies is undone by the next change of the library.</summary>
    /// <param name="path">An archive that <see cref="ExportAsync"/> wrote.</param>
    /// <param name="cancellationToken">Cancels the import; then nothing was added.</param>
    /// <returns>The ids that were added, in ordinal order; records that were there already, the same to the byte, are left out.</returns>
    /// <exception cref="IOException">The archive cannot be read or the folder not be written, or another process writes it for longer than <see cref="WriteTimeout"/>.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    /// <exception cref="InvalidDataException">The archive is damaged, or holds other things than a library.</exception>
    /// <exception cref="SpotException">It is of another backbone or width, or other records with its ids are there; all of these are named.</exception>
    public async Task<IReadOnlyList<string>> ImportAsync(string path, CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _store.Begin();
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string full = Path.GetFullPath(path);
        return await _store.WriteAsync(state => LibraryImport.Run(_store, state, full, _logger, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PromptMatch>> SearchAsync(TaskEmbedding query, PromptSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return (await SearchManyAsync([query], options, cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc/>
    /// <remarks>The index is gone through once for all queries of a step.</remarks>
    public async Task<IReadOnlyList<IReadOnlyList<PromptMatch>>> SearchManyAsync(
        IReadOnlyList<TaskEmbedding> queries, PromptSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _store.Begin();
        ArgumentNullException.ThrowIfNull(queries);
        return await _queries.EachAsync(queries, PromptSearchOptions.Of(options), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>As fast as a search for one embedding: similarities are inner products, so that their mean is the one to the mean of the keys.</remarks>
    public async Task<IReadOnlyList<PromptMatch>> SearchAverageAsync(
        IReadOnlyList<TaskEmbedding> embeddings, PromptSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _store.Begin();
        RepeatedEmbeddings.Check(embeddings);
        return await _queries.AverageAsync(embeddings, PromptSearchOptions.Of(options), cancellationToken).ConfigureAwait(false);
    }

    private T? Find<T>(string id, Func<LibraryFolder, LibraryEntry, T> read)
        where T : class
    {
        LibraryFolder folder = _store.Folder;
        if (ImportJournal.ReadIds(folder).Contains(id))
        {
            return null;
        }

        return LibraryFolder.Retry(() =>
        {
            LibraryState state = _store.State;
            return folder.ReadEntry(id, state.Backbone, state.Dim) is LibraryEntry entry ? read(folder, entry) : null;
        });
    }

    private Task<T> WriteAsync<T>(Func<LibraryWriter, T> change, CancellationToken cancellationToken) => _store.WriteAsync(
        state =>
        {
            LibraryWriter writer = new(_store, state);
            T result = change(writer);
            return (writer.End(), result);
        },
        cancellationToken);
}
