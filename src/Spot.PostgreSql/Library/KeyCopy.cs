using System.Collections.Immutable;
using System.Data;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Spot.Library;

namespace Spot.PostgreSql;

/// <summary>
/// The keys of all prompts in this process: an index as a library's folder has it, filled from the database and brought to where that is by what is newer
/// than the version last seen.
/// </summary>
/// <remarks>Safe for concurrent calls.</remarks>
/// <param name="database">The schema.</param>
/// <param name="logger">Told when the index was filled, and of records that cannot be used.</param>
internal sealed class KeyCopy(PostgresDatabase database, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1); // held while the index is changed
    private readonly IndexMaps _maps = new();
    private KeyIndex? _index;
    private volatile CopiedKeys? _keys;
    private ImmutableSortedDictionary<string, LibraryProblem> _problems = ImmutableSortedDictionary.Create<string, LibraryProblem>(StringComparer.Ordinal);

    /// <summary>Rows that cannot be used, by id.</summary>
    internal IReadOnlyDictionary<string, LibraryProblem> Problems => _problems;

    /// <summary>The keys as they were last seen; null before the first filling.</summary>
    internal CopiedKeys? Keys => _keys;

    /// <summary>The keys of at least a version of the library.</summary>
    internal ValueTask<CopiedKeys> AtLeastAsync(long version, CancellationToken cancellationToken) =>
        _keys is CopiedKeys keys && keys.Version.Number >= version ? ValueTask.FromResult(keys) : new ValueTask<CopiedKeys>(RefreshAsync(isAnew: false, cancellationToken));

    /// <summary>Brings the keys to where the database is.</summary>
    /// <param name="isAnew">Whether all of them are read again.</param>
    /// <param name="cancellationToken">Ends the reading; the keys stay as they were.</param>
    internal async Task<CopiedKeys> RefreshAsync(bool isAnew, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _keys = await ReadAsync(isAnew, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            return _keys = await ReadAsync(isAnew: true, cancellationToken).ConfigureAwait(false); // the index is damaged
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Notes a row that cannot be used.</summary>
    internal void SetAside(string id, string message)
    {
        if (ImmutableInterlocked.Update(ref _problems, problems => problems.SetItem(id, new LibraryProblem(PromptRow.Path(database.Place, id), message))))
        {
            PostgresLog.SetAside(logger, database.Place, id, message);
        }
    }

    /// <summary>Lets go of the index. Nobody may look at it any more.</summary>
    public void Dispose()
    {
        _index?.Dispose();
        _maps.Dispose();
        _gate.Dispose();
    }

    // In one snapshot of the database; what fails leaves an index that the next reading puts right.
    private async Task<CopiedKeys> ReadAsync(bool isAnew, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using NpgsqlCommand command = new(database.Sql(LibraryVersion.Query), connection);
        LibraryVersion version = await LibraryVersion.ReadAsync(command, database.Place, cancellationToken).ConfigureAwait(false);
        if (!isAnew && _keys is CopiedKeys known && known.Version == version)
        {
            return known;
        }

        if (version is not { Backbone: string backbone, Dim: int dim })
        {
            Use(null);
            Forget(_problems.Keys);
            return new CopiedKeys(null, version);
        }

        // A version before the last one seen: the database was restored.
        long seen = isAnew || _index is null || _index.Dim != dim || _keys is not CopiedKeys last || last.Version.Number > version.Number ? -1 : last.Version.Number;
        KeyIndex index = seen < 0 ? PrivateIndex.Create(backbone, dim, _maps) : _index!;
        try
        {
            await RemoveAsync(index, connection, seen, cancellationToken).ConfigureAwait(false);
            int added = await Task.Run(() => AppendAsync(index, connection, version, seen, cancellationToken), cancellationToken).ConfigureAwait(false);
            index = PrivateIndex.Commit(index);
            Use(index);
            if (seen < 0)
            {
                PostgresLog.Filled(logger, database.Place, added, Stopwatch.GetElapsedTime(start));
            }

            return new CopiedKeys(index.View(), version);
        }
        catch when (seen < 0 && index != _index)
        {
            index.Dispose();
            throw;
        }
    }

    private async Task RemoveAsync(KeyIndex index, NpgsqlConnection connection, long seen, CancellationToken cancellationToken)
    {
        if (seen < 0)
        {
            Forget(_problems.Keys);
            return;
        }

        await using NpgsqlCommand command = new(database.Sql("select id from {schema}.removed_prompts where version > $1"), connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seen });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            string id = reader.GetString(0);
            index.Remove(id);
            Forget([id]);
        }
    }

    private async Task<int> AppendAsync(KeyIndex index, NpgsqlConnection connection, LibraryVersion version, long seen, CancellationToken cancellationToken)
    {
        string where = seen < 0 ? "" : $" where version > {seen}";
        await using NpgsqlBinaryExporter rows = await connection.BeginBinaryExportAsync(
            database.Sql($"copy (select id, sidecar, keys, keys_sha256 from {{schema}}.prompts{where}) to stdout (format binary)"), cancellationToken).ConfigureAwait(false);
        int added = 0;
        while (await rows.StartRowAsync(cancellationToken).ConfigureAwait(false) != -1)
        {
            string id = await rows.ReadAsync<string>(cancellationToken).ConfigureAwait(false);
            byte[] sidecar = await rows.ReadAsync<byte[]>(NpgsqlDbType.Json, cancellationToken).ConfigureAwait(false);
            byte[]? keys = await ReadBytesAsync(rows, cancellationToken).ConfigureAwait(false), hash = await ReadBytesAsync(rows, cancellationToken).ConfigureAwait(false);
            if (Read(id, sidecar, keys, hash, version) is (LibraryEntry entry, IndexKeys found))
            {
                index.Append(entry, found);
                added++;
            }
            else
            {
                index.Remove(id);
            }
        }

        return added;
    }

    private static async ValueTask<byte[]?> ReadBytesAsync(NpgsqlBinaryExporter rows, CancellationToken cancellationToken)
    {
        if (!rows.IsNull)
        {
            return await rows.ReadAsync<byte[]>(NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
        }

        await rows.SkipAsync(cancellationToken).ConfigureAwait(false);
        return null;
    }

    // Null where there is nothing to be found by: no embedding, or a damaged row.
    private (LibraryEntry Entry, IndexKeys Keys)? Read(string id, byte[] sidecar, byte[]? keys, byte[]? hash, LibraryVersion version)
    {
        Forget([id]);
        try
        {
            LibraryEntry entry = PromptRow.ReadEntry(id, sidecar, version.Backbone, version.Dim, database.Place);
            return PromptRow.ReadKeys(entry, keys, hash, database.Place) is IndexKeys found ? (entry, found) : null;
        }
        catch (InvalidDataException exception)
        {
            SetAside(id, exception.Message);
            return null;
        }
    }

    private void Forget(IEnumerable<string> ids)
    {
        if (!_problems.IsEmpty)
        {
            ImmutableInterlocked.Update(ref _problems, problems => problems.RemoveRange(ids));
        }
    }

    private void Use(KeyIndex? index)
    {
        if (_index != index)
        {
            _index?.Dispose(); // snapshots have maps of their own
            _index = index;
        }
    }
}
