using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Spot.Library;

namespace Spot.PostgreSql;

/// <summary>A prompt library in a schema of a PostgreSQL database, shared by any number of processes that read and write.</summary>
/// <remarks>
/// <para>The database holds the truth: each record with its numbers, their SHA-256 and the keys. Every change is one statement, so that whatever becomes of the
/// connection it is there or not, never half; who loses the connection while it is made asks <see cref="GetVersionAsync"/> which it is. The first record
/// fixes the library's backbone for good. A record that was changed by hand so that it contradicts itself is an error where it is read, and is set aside by searches.</para>
/// <para>Search is that of <see cref="PromptLibrary"/>, exact and with the same results, over a copy of all keys in a temporary file of this process. It is filled by the first
/// search, and from then on follows the database, which tells of every change. A search sees all that this library has changed, and what others have as far
/// as it was told, as a rule within milliseconds; <see cref="RefreshAsync"/> waits for all of it. While the database is away searches go on among what is known.</para>
/// <para>Safe for concurrent calls. Who opens it disposes of it, and of the data source after it: calls that run come to their end, others throw <see cref="ObjectDisposedException"/>.</para>
/// </remarks>
public sealed class PostgreSqlPromptLibrary : IPromptLibrary, IDisposable
{
    private const int MostAttempts = 3;

    private readonly PostgresDatabase _database;
    private readonly string? _expectedBackbone;
    private readonly IDisposable? _owned;
    private readonly PromptTable _table;
    private readonly DatabaseArchive _archive;
    private readonly KeyCopy _keys;
    private readonly ChangeListener _listener;
    private readonly RunningCalls _calls;
    private volatile string? _backbone;
    private long _changed; // the version that this library made last

    private PostgreSqlPromptLibrary(PostgresDatabase database, string? expectedBackbone, ILogger logger, IDisposable? owned)
    {
        (_database, _expectedBackbone, _owned) = (database, expectedBackbone, owned);
        _table = new PromptTable(database);
        _archive = new DatabaseArchive(database, _table, logger);
        _keys = new KeyCopy(database, logger);
        _listener = new ChangeListener(database, _keys, logger);
        _calls = new RunningCalls(Release, () => new ObjectDisposedException(
            typeof(PostgreSqlPromptLibrary).FullName, $"The prompt library '{database.Place}' was disposed of before this was asked. Dispose of it after the last call, or open it again."));
    }

    /// <summary>Server, database and schema.</summary>
    public string Location => _database.Place;

    /// <inheritdoc/>
    public string? BackboneFingerprint => _keys.Keys?.Version.Backbone ?? _backbone;

    /// <summary>Records that cannot be used, as far as they were met; the rest of the library is usable.</summary>
    public IReadOnlyList<LibraryProblem> Problems => [.. _keys.Problems.Values];

    /// <summary>The process of the server that tells this library of changes; null while there is none.</summary>
    internal int? Listener => _listener.ServerProcess;

    /// <summary>Opens a library; its tables are made where there are none.</summary>
    /// <param name="source">Makes connections; stays the caller's, and is disposed of after the library. One connection is kept while the library is searched.</param>
    /// <param name="schema">The schema; one library to a schema.</param>
    /// <param name="backboneFingerprint">The fingerprint of the backbone that the library must belong to; null for any.</param>
    /// <param name="logger">Told when keys were read, of damaged records, of a lost connection and of imports; null for none.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The library.</returns>
    /// <exception cref="ArgumentException">The schema's name is not allowed.</exception>
    /// <exception cref="SpotException">The library belongs to another backbone; its tables are of another version, see <see cref="PostgreSqlSchema.MigrateAsync"/>, or of another program.</exception>
    /// <exception cref="UnauthorizedAccessException">The role lacks a right.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static Task<PostgreSqlPromptLibrary> OpenAsync(
        NpgsqlDataSource source,
        string schema = PostgresDatabase.DefaultSchema,
        string? backboneFingerprint = null,
        ILogger<PostgreSqlPromptLibrary>? logger = null,
        CancellationToken cancellationToken = default) => OpenAsync(new PostgresDatabase(source, schema), backboneFingerprint, logger, null, cancellationToken);

    internal static async Task<PostgreSqlPromptLibrary> OpenAsync(
        PostgresDatabase database, string? backboneFingerprint, ILogger? logger, IDisposable? owned, CancellationToken cancellationToken)
    {
        await Migrations.EnsureAsync(database, mayUpdate: false, cancellationToken).ConfigureAwait(false);
        PostgreSqlPromptLibrary library = new(database, backboneFingerprint, logger ?? NullLogger.Instance, owned);
        library._backbone = (await library.RunAsync(() => library._table.ReadVersionAsync(cancellationToken)).ConfigureAwait(false)).Backbone;
        if (library._backbone is string found && backboneFingerprint is not null)
        {
            BackboneValidator.Library(found, backboneFingerprint, database.Place);
        }

        return library;
    }

    /// <summary>Ends the library; see the remarks of the class. Waits for nothing, and may be called from within a call.</summary>
    public void Dispose() => _calls.End();

    /// <inheritdoc/>
    /// <exception cref="UnauthorizedAccessException">The role may not change prompts, or the database can only be read.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached, or others change it for longer than the connection's command timeout.</exception>
    public Task AddAsync(PromptRecord record, bool replace = false, CancellationToken cancellationToken = default) => RunAsync(async () =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordValidator.Check(record);
        if ((BackboneFingerprint ?? _expectedBackbone) is string expected)
        {
            BackboneValidator.Library(expected, record.Info.BackboneFingerprint, Location); // before anything is made
        }

        RecordFiles files = RecordFiles.Of(record);
        Changed(await _table.AddAsync(files, record.Embedding, replace, cancellationToken).ConfigureAwait(false));
        _backbone = record.Info.BackboneFingerprint;
        return true;
    });

    /// <inheritdoc/>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public Task<PromptRecord?> GetAsync(string id, CancellationToken cancellationToken = default) => RunAsync(async () =>
        await ReadAsync(id, withPayload: true, cancellationToken).ConfigureAwait(false) is (LibraryEntry entry, byte[] payload)
            ? PromptPayload.ReadRecord(payload, entry, PromptRow.Path(Location, id))
            : null);

    /// <inheritdoc/>
    /// <remarks>Reads what describes the record, which names the hash of the numbers.</remarks>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public Task<string?> GetVersionAsync(string id, CancellationToken cancellationToken = default) => RunAsync(async () =>
        await ReadAsync(id, withPayload: false, cancellationToken).ConfigureAwait(false) is (LibraryEntry entry, _) ? IndexInfo.Version(entry) : null);

    /// <inheritdoc/>
    /// <remarks>As the database is when each part is read; records that cannot be used are left out and are among <see cref="Problems"/>.</remarks>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async IAsyncEnumerable<PromptInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using RunningCalls.Call call = _calls.Begin();
        cancellationToken.ThrowIfCancellationRequested();
        await using IAsyncEnumerator<(string Id, byte[] Sidecar)> rows = _table.ListAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await RunAsync(async () => await rows.MoveNextAsync().ConfigureAwait(false), isWithin: true).ConfigureAwait(false))
        {
            if (Describe(rows.Current.Id, rows.Current.Sidecar) is PromptInfo info)
            {
                yield return info;
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="UnauthorizedAccessException">The role may not change prompts, or the database can only be read.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached, or others change it for longer than the connection's command timeout.</exception>
    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken = default) => RunAsync(async () =>
    {
        ArgumentNullException.ThrowIfNull(id);
        cancellationToken.ThrowIfCancellationRequested();
        if (!PromptId.IsAllowed(id) || await _table.RemoveAsync(id, cancellationToken).ConfigureAwait(false) is not long version)
        {
            return false;
        }

        Changed(version);
        return true;
    });

    /// <summary>Reads what has changed, or all keys if none were read yet: searches then see all that was there when this was called.</summary>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>A task that ends when it is read.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public Task RefreshAsync(CancellationToken cancellationToken = default) => RunAsync(async () =>
    {
        await _keys.RefreshAsync(isAnew: false, cancellationToken).ConfigureAwait(false);
        _listener.Start();
        return true;
    });

    /// <summary>Writes all records into one file, from which <see cref="ImportAsync"/> and <see cref="PromptLibrary.ImportAsync"/> take them.</summary>
    /// <param name="path">The archive, a zip file as <see cref="PromptLibrary.ExportAsync"/> writes it; replaced, whole or not at all, if it exists.</param>
    /// <param name="cancellationToken">Cancels the writing; then there is no new archive.</param>
    /// <returns>How many records it holds.</returns>
    /// <exception cref="IOException">The archive cannot be written.</exception>
    /// <exception cref="InvalidDataException">A record is damaged.</exception>
    /// <exception cref="SpotException">The library has no backbone yet: nothing was ever added.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public Task<int> ExportAsync(string path, CancellationToken cancellationToken = default) => RunAsync(() =>
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return _archive.ExportAsync(Path.GetFullPath(path), cancellationToken);
    });

    /// <summary>Adds all records of an archive, or none: in one transaction, for whose length other writers wait.</summary>
    /// <param name="path">An archive that <see cref="ExportAsync"/> or <see cref="PromptLibrary.ExportAsync"/> wrote.</param>
    /// <param name="cancellationToken">Cancels the import; then nothing was added.</param>
    /// <returns>The ids that were added, in ordinal order; records that were there already, the same to the byte, are left out.</returns>
    /// <exception cref="IOException">The archive cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The role may not change prompts, or the database can only be read.</exception>
    /// <exception cref="InvalidDataException">The archive is damaged, or holds other things than a library.</exception>
    /// <exception cref="SpotException">It is of another backbone or width, or other records with its ids are there; these are named.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached, or others change it for longer than the connection's command timeout.</exception>
    public Task<IReadOnlyList<string>> ImportAsync(string path, CancellationToken cancellationToken = default) => RunAsync(async () =>
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        IReadOnlyList<string> added = await _archive.ImportAsync(Path.GetFullPath(path), _expectedBackbone, cancellationToken).ConfigureAwait(false);
        LibraryVersion version = await _table.ReadVersionAsync(cancellationToken).ConfigureAwait(false);
        Changed(version.Number);
        _backbone = version.Backbone;
        return added;
    });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PromptMatch>> SearchAsync(TaskEmbedding query, PromptSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return (await SearchManyAsync([query], options, cancellationToken).ConfigureAwait(false))[0];
    }

    /// <inheritdoc/>
    /// <remarks>The keys are gone through once for all queries of a step.</remarks>
    /// <exception cref="NpgsqlException">The database cannot be reached, and its keys were never read or this library has changed it since.</exception>
    public Task<IReadOnlyList<IReadOnlyList<PromptMatch>>> SearchManyAsync(
        IReadOnlyList<TaskEmbedding> queries, PromptSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        PromptSearchOptions own = PromptSearchOptions.Of(options);
        return SearchAsync<IReadOnlyList<IReadOnlyList<PromptMatch>>>(async search => await search.EachAsync(queries, own, cancellationToken).ConfigureAwait(false), cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>As fast as a search for one embedding.</remarks>
    /// <exception cref="NpgsqlException">The database cannot be reached, and its keys were never read or this library has changed it since.</exception>
    public Task<IReadOnlyList<PromptMatch>> SearchAverageAsync(
        IReadOnlyList<TaskEmbedding> embeddings, PromptSearchOptions? options = null, CancellationToken cancellationToken = default)
    {
        RepeatedEmbeddings.Check(embeddings);
        PromptSearchOptions own = PromptSearchOptions.Of(options);
        return SearchAsync(search => search.AverageAsync(embeddings, own, cancellationToken), cancellationToken);
    }

    private Task<T> SearchAsync<T>(Func<LibraryQueries, Task<T>> find, CancellationToken cancellationToken) => RunAsync(async () =>
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (int attempt = 1; ; attempt++)
        {
            CopiedKeys keys = await _keys.AtLeastAsync(Volatile.Read(ref _changed), cancellationToken).ConfigureAwait(false);
            _listener.Start();
            CopiedKeySearch search = new(keys, _expectedBackbone, Location);
            try
            {
                return await find(new LibraryQueries(search)).ConfigureAwait(false);
            }
            catch (InvalidDataException) when (search.IsDamaged && attempt < MostAttempts)
            {
                await _keys.RefreshAsync(isAnew: true, cancellationToken).ConfigureAwait(false);
            }
        }
    });

    private async Task<(LibraryEntry Entry, byte[] Payload)?> ReadAsync(string id, bool withPayload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        cancellationToken.ThrowIfCancellationRequested();
        return PromptId.IsAllowed(id) && await _table.ReadAsync(id, withPayload, cancellationToken).ConfigureAwait(false) is (byte[] sidecar, var payload)
            ? (PromptRow.ReadEntry(id, sidecar, BackboneFingerprint, null, Location), payload ?? [])
            : null;
    }

    private PromptInfo? Describe(string id, byte[] sidecar)
    {
        try
        {
            return PromptRow.ReadEntry(id, sidecar, BackboneFingerprint, null, Location).Info;
        }
        catch (InvalidDataException exception)
        {
            _keys.SetAside(id, exception.Message);
            return null;
        }
    }

    private void Changed(long version)
    {
        long known = Volatile.Read(ref _changed);
        while (known < version && Interlocked.CompareExchange(ref _changed, version, known) is long found && found != known)
        {
            known = found;
        }
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> work, bool isWithin = false)
    {
        using IDisposable? call = isWithin ? null : _calls.Begin();
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (PostgresException exception) when (DatabaseError.Translate(exception, _database) is Exception clear)
        {
            throw clear;
        }
    }

    private void Release() => _ = Task.Run(async () =>
    {
        await _listener.DisposeAsync().ConfigureAwait(false);
        _keys.Dispose();
        _owned?.Dispose();
    });
}
