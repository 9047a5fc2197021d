using System.Runtime.CompilerServices;
using Npgsql;
using NpgsqlTypes;
using Spot.Library;

namespace Spot.PostgreSql;

/// <summary>The table <c>prompts</c>: every change is one statement, so that it is there or not, whatever becomes of the connection.</summary>
/// <param name="database">The schema.</param>
internal sealed class PromptTable(PostgresDatabase database)
{
    private const int PageRows = 500;

    /// <summary>What all prompts have in common.</summary>
    internal async Task<LibraryVersion> ReadVersionAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.Source.CreateCommand(database.Sql(LibraryVersion.Query));
        return await LibraryVersion.ReadAsync(command, database.Place, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Adds or replaces a record.</summary>
    /// <returns>The library's version afterwards.</returns>
    /// <exception cref="SpotException">The record belongs to another backbone or width, or its id is taken.</exception>
    internal async Task<long> AddAsync(RecordFiles files, TaskEmbedding? embedding, bool replace, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.Source.CreateCommand(database.Sql(Insert + (replace ? Replace : "") + " returning version"));
        Bind(command.Parameters, files, embedding);
        try
        {
            return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            string id = files.Sidecar.Id;
            throw PromptId.Taken(id, await FindTakenAsync(id, cancellationToken).ConfigureAwait(false) ?? id, database.Place);
        }
        catch (PostgresException exception) when (exception.SqlState is DatabaseError.OtherBackbone or DatabaseError.OtherWidth)
        {
            throw await UnfitAsync(exception, files.Sidecar, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Adds a record within a transaction, unless its id is taken.</summary>
    /// <returns>Whether it was added.</returns>
    internal async Task<bool> TryAddAsync(NpgsqlConnection connection, RecordFiles files, TaskEmbedding? embedding, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = new(database.Sql(Insert + " on conflict do nothing"), connection);
        Bind(command.Parameters, files, embedding);
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false) == 1;
        }
        catch (PostgresException exception) when (exception.SqlState is DatabaseError.OtherBackbone or DatabaseError.OtherWidth)
        {
            throw await UnfitAsync(exception, files.Sidecar, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>The library's version afterwards; null where there was no such record.</returns>
    internal async Task<long?> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        // Looked for first, as even a change of nothing would tell everybody to look.
        await using NpgsqlCommand find = database.Source.CreateCommand(database.Sql("select exists (select from {schema}.prompts where id = $1)"));
        find.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        if (await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is false)
        {
            return null;
        }

        await using NpgsqlCommand remove = database.Source.CreateCommand(
            database.Sql("with gone as (delete from {schema}.prompts where id = $1 returning id) select count(*) from gone"));
        remove.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        bool isGone = await remove.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is 1L;
        return isGone ? (await ReadVersionAsync(cancellationToken).ConfigureAwait(false)).Number : null;
    }

    /// <summary>A row as it is; null where there is none.</summary>
    internal async Task<(byte[] Sidecar, byte[]? Payload)?> ReadAsync(string id, bool withPayload, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.Source.CreateCommand(database.Sql($"select sidecar, {(withPayload ? "payload" : "null::bytea")} from {{schema}}.prompts where id = $1"));
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? (reader.GetFieldValue<byte[]>(0), withPayload ? reader.GetFieldValue<byte[]>(1) : null)
            : null;
    }

    /// <summary>Ids and descriptions by ordinal order of the ids, a page at a time: no connection is held while the caller thinks.</summary>
    internal async IAsyncEnumerable<(string Id, byte[] Sidecar)> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string last = "";
        while (true)
        {
            List<(string Id, byte[] Sidecar)> page = [];
            await using (NpgsqlCommand command = database.Source.CreateCommand(database.Sql($"select id, sidecar from {{schema}}.prompts where id > $1 order by id limit {PageRows}")))
            {
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = last });
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    page.Add((reader.GetString(0), reader.GetFieldValue<byte[]>(1)));
                }
            }

            foreach ((string Id, byte[] Sidecar) row in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return row;
            }

            if (page.Count < PageRows)
            {
                yield break;
            }

            last = page[^1].Id;
        }
    }

    private const string Insert = """
        insert into {schema}.prompts (id, backbone, dim, sidecar, payload, keys, keys_sha256) values ($1, $2, $3, $4, $5, $6, $7)
        """;

    private const string Replace = """
         on conflict (id) do update set (backbone, dim, sidecar, payload, keys, keys_sha256)
            = (excluded.backbone, excluded.dim, excluded.sidecar, excluded.payload, excluded.keys, excluded.keys_sha256)
        """;

    private static void Bind(NpgsqlParameterCollection parameters, RecordFiles files, TaskEmbedding? embedding)
    {
        Sidecar sidecar = files.Sidecar;
        byte[]? keys = embedding is null ? null : PromptRow.ToBytes(IndexKeys.Of(embedding));
        parameters.Add(new NpgsqlParameter<string> { TypedValue = sidecar.Id });
        parameters.Add(new NpgsqlParameter<string> { TypedValue = sidecar.Backbone });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = sidecar.Dim });
        parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = files.Json, NpgsqlDbType = NpgsqlDbType.Json });
        parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = files.Payload });
        parameters.Add(new NpgsqlParameter { Value = (object?)keys ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        parameters.Add(new NpgsqlParameter { Value = keys is null ? DBNull.Value : PromptRow.HashKeys(sidecar.Sha256, embedding!.Step, keys), NpgsqlDbType = NpgsqlDbType.Bytea });
    }

    private async Task<SpotException> UnfitAsync(PostgresException exception, Sidecar sidecar, CancellationToken cancellationToken)
    {
        LibraryVersion version = await ReadVersionAsync(cancellationToken).ConfigureAwait(false);
        BackboneValidator.Library(version.Backbone ?? sidecar.Backbone, sidecar.Backbone, database.Place);
        BackboneValidator.Width(version.Dim ?? sidecar.Dim, sidecar.Dim, database.Place);
        return new SpotException($"'{database.Place}': {exception.MessageText}. Others changed the library meanwhile: try again.", exception);
    }

    private async Task<string?> FindTakenAsync(string id, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = database.Source.CreateCommand(database.Sql("select id from {schema}.prompts where lower(id) = lower($1 collate \"C\")"));
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string;
    }
}
