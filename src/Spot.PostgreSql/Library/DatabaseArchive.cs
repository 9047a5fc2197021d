using System.Data;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Npgsql;
using Spot.Library;

namespace Spot.PostgreSql;

/// <summary>Writes a library's records into an archive and reads them from one, the same that a library's folder has.</summary>
/// <param name="database">The schema.</param>
/// <param name="table">Its prompts.</param>
/// <param name="logger">Told of imports.</param>
internal sealed class DatabaseArchive(PostgresDatabase database, PromptTable table, ILogger logger)
{
    /// <summary>Writes all records, as they are at one moment.</summary>
    /// <returns>How many there are.</returns>
    /// <exception cref="SpotException">The library has no backbone yet.</exception>
    /// <exception cref="InvalidDataException">A row is damaged.</exception>
    internal async Task<int> ExportAsync(string path, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken).ConfigureAwait(false);
        await using NpgsqlCommand command = new(database.Sql(LibraryVersion.Query), connection);
        LibraryVersion version = await LibraryVersion.ReadAsync(command, database.Place, cancellationToken).ConfigureAwait(false);
        string backbone = version.Backbone ?? throw new SpotException($"Found nothing in the prompt library '{database.Place}', expected records to export. Add one first.");
        return await Task.Run(() => ArchiveWriter.Write(path, backbone, Records(connection, version, cancellationToken)), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds all records that are not there yet, or none: in one transaction, for whose length other writers wait.</summary>
    /// <returns>The ids that were added.</returns>
    /// <exception cref="InvalidDataException">The archive is damaged.</exception>
    /// <exception cref="SpotException">It is of another backbone or width, or other records with its ids are there.</exception>
    internal async Task<IReadOnlyList<string>> ImportAsync(string path, string? expectedBackbone, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using ArchiveReader archive = new(path);
        LibraryHeader header = archive.ReadHeader();
        BackboneValidator.Library(expectedBackbone ?? header.Backbone, header.Backbone, database.Place);
        await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        List<string> added = [], collisions = [];
        int? dim = null;
        foreach (string id in archive.Ids)
        {
            (RecordFiles files, TaskEmbedding? embedding) = archive.ReadRecord(id, header.Backbone, dim);
            dim = files.Sidecar.Dim;
            if (await table.TryAddAsync(connection, files, embedding, cancellationToken).ConfigureAwait(false))
            {
                added.Add(id);
            }
            else if (!await IsSameAsync(connection, files, cancellationToken).ConfigureAwait(false))
            {
                collisions.Add(id);
            }
        }

        if (collisions.Count > 0)
        {
            throw LibraryImport.Collisions(collisions, database.Place);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        PostgresLog.Imported(logger, database.Place, added.Count, archive.Ids.Count(), path, Stopwatch.GetElapsedTime(start));
        return added;
    }

    private IEnumerable<RecordFiles> Records(NpgsqlConnection connection, LibraryVersion version, CancellationToken cancellationToken)
    {
        using NpgsqlCommand command = new(database.Sql("select id, sidecar, payload from {schema}.prompts order by id"), connection) { CommandTimeout = 0 };
        using NpgsqlDataReader reader = command.ExecuteReader(CommandBehavior.SequentialAccess);
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            string id = reader.GetString(0);
            byte[] json = reader.GetFieldValue<byte[]>(1), payload = reader.GetFieldValue<byte[]>(2);
            LibraryEntry entry = PromptRow.ReadEntry(id, json, version.Backbone, version.Dim, database.Place);
            _ = PromptPayload.ReadRecord(payload, entry, PromptRow.Path(database.Place, id));
            yield return new RecordFiles(Sidecar.Of(entry.Info, entry.Sha256), json, payload);
        }
    }

    private async Task<bool> IsSameAsync(NpgsqlConnection connection, RecordFiles files, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(database.Sql("select sidecar, payload from {schema}.prompts where id = $1"), connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = files.Sidecar.Id });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            && reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(files.Json) && reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(files.Payload);
    }
}
