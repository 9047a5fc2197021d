using Npgsql;
using NpgsqlTypes;
using Spot.Library;
using Spot.Studies;

namespace Spot.PostgreSql;

/// <summary>The rows of a study: units with their prompts, and checkpoints of runs. Everything here may be done twice.</summary>
internal sealed class StudyTable(PostgresDatabase database, int study, string studyName)
{
    /// <summary>What a unit is called in messages.</summary>
    internal string Locate(string unit) => $"{database.Place}, study '{studyName}', unit '{unit}'";

    internal Task<Dictionary<string, byte[]>> ReadAsync(IReadOnlyCollection<string> units, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command("select name, content, prompt_kind, prompt_id, prompt_sha256, sha256 from {schema}.study_units where study = $1 and name = any($2)", Names(units));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            Dictionary<string, byte[]> found = new(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                UnitRow row = new(reader.GetString(0), reader.GetFieldValue<byte[]>(1), Text(reader, 2), Text(reader, 3), Bytes(reader, 4));
                found[row.Name] = row.Sha256().AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(5)) ? row.Content : throw Changed(Locate(row.Name));
            }

            return found;
        },
        cancellationToken);

    internal Task WriteAsync(string unit, byte[] content, StudyPrompt? prompt, bool replace, CancellationToken cancellationToken)
    {
        RecordFiles? files = prompt is null ? null : RecordFiles.Of(prompt.Record);
        byte[]? promptHash = files is null ? null : UnitRow.PromptHash(files.Json, files.Payload);
        UnitRow row = new(unit, content, prompt is null ? null : UnitRow.Text(prompt.Kind), prompt?.Record.Info.Id, promptHash);
        return GuardAsync(
            async () =>
            {
                // A batch is one transaction.
                await using NpgsqlBatch batch = database.Source.CreateBatch();
                string conflict = replace
                    ? "update set (content, prompt_kind, prompt_id, sidecar, payload, prompt_sha256, sha256, done) = (excluded.content, excluded.prompt_kind, excluded.prompt_id, excluded.sidecar, excluded.payload, excluded.prompt_sha256, excluded.sha256, excluded.done)"
                    : "nothing";
                Add(batch, "insert into {schema}.study_units (study, name, content, prompt_kind, prompt_id, sidecar, payload, prompt_sha256, sha256) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (study, name) do " + conflict,
                    new() { Value = unit }, Bytes(row.Content), Text(row.Kind), Text(row.PromptId), Bytes(files?.Json), Bytes(files?.Payload), Bytes(row.PromptSha256), Bytes(row.Sha256()));
                Add(batch, "delete from {schema}.study_checkpoints where study = $1 and unit = $2", new NpgsqlParameter { Value = unit });
                await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    /// <summary>The ids of prompts with the hashes of their bytes.</summary>
    internal Task<List<(string Unit, string Id)>> FindPromptsAsync(string kind, string[] ids, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command("select name, prompt_id from {schema}.study_units where study = $1 and prompt_kind = $2 and prompt_id = any($3)", new() { Value = kind }, Names(ids));
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            List<(string, string)> found = [];
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                found.Add((reader.GetString(0), reader.GetString(1)));
            }

            return found;
        },
        cancellationToken);

    /// <summary>A prompt that a unit made; null where the unit is gone.</summary>
    internal Task<PromptRecord?> ReadPromptAsync(string unit, string id, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command("select sidecar, payload, prompt_sha256 from {schema}.study_units where study = $1 and name = $2 and prompt_id is not null", new NpgsqlParameter { Value = unit });
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            (byte[] sidecar, byte[] payload) = (Bytes(reader, 0) ?? [], Bytes(reader, 1) ?? []);
            return UnitRow.PromptHash(sidecar, payload).AsSpan().SequenceEqual(Bytes(reader, 2)) ? UnitRow.Record(Locate(unit), id, sidecar, payload) : throw Changed(Locate(unit));
        },
        cancellationToken);

    internal Task<Dictionary<string, byte[]>> ReadCheckpointsAsync(string unit, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command("select path, content, sha256 from {schema}.study_checkpoints where study = $1 and unit = $2", new NpgsqlParameter { Value = unit });
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            Dictionary<string, byte[]> found = new(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                byte[] content = reader.GetFieldValue<byte[]>(1);
                found[reader.GetString(0)] = System.Security.Cryptography.SHA256.HashData(content).AsSpan().SequenceEqual(reader.GetFieldValue<byte[]>(2))
                    ? content
                    : throw new InvalidDataException($"{Locate(unit)}: found that the checkpoint '{reader.GetString(0)}' is not as it was written: its SHA-256 is another. Delete its row in study_checkpoints to begin the run anew.");
            }

            return found;
        },
        cancellationToken);

    /// <summary>Keeps a checkpoint, unless the unit is done. It is tried once.</summary>
    internal void WriteCheckpoint(string unit, string path, byte[] content)
    {
        using NpgsqlCommand command = Command(
            "insert into {schema}.study_checkpoints (study, unit, path, content, sha256) select $1, $2, $3, $4, $5 where not exists (select from {schema}.study_units where study = $1 and name = $2) " +
            "on conflict (study, unit, path) do update set (content, sha256, written) = (excluded.content, excluded.sha256, excluded.written)",
            new() { Value = unit }, new() { Value = path }, Bytes(content), Bytes(System.Security.Cryptography.SHA256.HashData(content)));
        command.ExecuteNonQuery();
    }

    private static InvalidDataException Changed(string place) =>
        new($"{place}: found that its row is not as it was written: its SHA-256 is another. Delete the row in study_units to have the unit done again.");

    private async Task<T> GuardAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Transient.RetryAsync(work, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException exception) when (DatabaseError.Translate(exception, database) is { } clear)
        {
            throw clear;
        }
    }

    private NpgsqlCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        NpgsqlCommand command = database.Source.CreateCommand(database.Sql(sql));
        command.Parameters.Add(new NpgsqlParameter { Value = study });
        command.Parameters.AddRange(parameters);
        return command;
    }

    private void Add(NpgsqlBatch batch, string sql, params NpgsqlParameter[] parameters)
    {
        NpgsqlBatchCommand command = new(database.Sql(sql));
        command.Parameters.Add(new NpgsqlParameter { Value = study });
        command.Parameters.AddRange(parameters);
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlParameter Names(IEnumerable<string> names) => new() { Value = names.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Bytes(byte[]? bytes) => new() { Value = (object?)bytes ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea };

    private static NpgsqlParameter Text(string? text) => new() { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static byte[]? Bytes(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<byte[]>(column);
}
