using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Spot.PostgreSql;
using Spot.Studies;

namespace Spot.Hangfire;

/// <summary>What submitted studies are made of and how their units' jobs stand. Everything here may be done twice.</summary>
internal sealed class WorkTable(PostgresDatabase database)
{
    // A unit is ready when those that it needs are done; $1 is the study.
    private const string IsReady = """
        w.study = $1 and not w.is_set_aside
        and not exists (select from {schema}.study_units u where u.study = w.study and u.name = w.unit)
        and not exists (select from unnest(w.needs) need where not exists (select from {schema}.study_units u where u.study = w.study and u.name = need))
        and exists (select from {schema}.studies s where s.id = w.study and not s.is_cancelled)
        """;

    internal PostgresDatabase Database => database;

    /// <summary>Reads a study's row; null where it was not submitted.</summary>
    internal Task<SubmittedStudy?> FindAsync(string name, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command("select id, plan::text, description, submitted, is_cancelled from {schema}.studies where name = $1 and submitted is not null", name);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            return !await reader.ReadAsync(cancellationToken).ConfigureAwait(false) ? null : new SubmittedStudy(
                reader.GetInt32(0), JsonSerializer.Deserialize<SortedDictionary<string, string>>(reader.GetString(1))!, reader.GetString(2), reader.GetDateTime(3), reader.GetBoolean(4));
        },
        cancellationToken);

    /// <summary>The numbers and names of submitted studies that somebody may work on.</summary>
    internal Task<List<(int Id, string Name)>> ActiveAsync(CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command("select id, name from {schema}.studies where submitted is not null and not is_cancelled");
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            List<(int, string)> found = [];
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                found.Add((reader.GetInt32(0), reader.GetString(1)));
            }

            return found;
        },
        cancellationToken);

    /// <summary>Writes what a study is made of: all of it or nothing. What needs more than before is to be done again.</summary>
    internal Task SubmitAsync(string name, IReadOnlyDictionary<string, string> plan, string description, IReadOnlyList<StudyUnitInfo> units, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            await using NpgsqlConnection connection = await database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using NpgsqlCommand study = new(
                database.Sql(
                    "insert into {schema}.studies (name, plan, description, submitted) values ($1, $2, $3, clock_timestamp()) on conflict (name) do update " +
                    "set (plan, description, submitted, is_cancelled) = (excluded.plan, excluded.description, excluded.submitted, false) returning id"),
                connection)
            {
                Parameters = { new() { Value = name }, new() { Value = JsonSerializer.Serialize(plan), NpgsqlDbType = NpgsqlDbType.Jsonb }, new() { Value = description } },
            };
            int id = (int)(await study.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
            await using NpgsqlCommand rows = new(
                database.Sql("""
                    create temporary table submitted_work on commit drop as
                        select unit, place::integer, steps, string_to_array(nullif(needs, ''), ' ') as needs from unnest($2, $3, $4) with ordinality as given (unit, steps, needs, place);
                    """).Replace("$2, $3, $4", "$1, $2, $3", StringComparison.Ordinal),
                connection)
            {
                Parameters =
                {
                    new() { Value = units.Select(unit => unit.Name).ToArray() }, new() { Value = units.Select(unit => unit.Steps).ToArray() },
                    new() { Value = units.Select(unit => string.Join(' ', unit.Needs)).ToArray() },
                },
            };
            await rows.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            foreach (string sql in new[]
            {
                "delete from {schema}.study_units u using {schema}.study_work w, submitted_work s where u.study = $1 and w.study = $1 and w.unit = u.name and s.unit = w.unit and w.needs <> coalesce(s.needs, '{}')",
                "delete from {schema}.study_work w where study = $1 and not exists (select from submitted_work s where s.unit = w.unit)",
                "insert into {schema}.study_work (study, unit, place, steps, needs) select $1, unit, place, steps, coalesce(needs, '{}') from submitted_work on conflict (study, unit) do update " +
                    "set (place, steps, needs, failures, is_set_aside, claimed, job) = (excluded.place, excluded.steps, excluded.needs, 0, false, " +
                    "case when study_work.needs = excluded.needs then study_work.claimed end, case when study_work.needs = excluded.needs then study_work.job end)",
            })
            {
                await using NpgsqlCommand command = new(database.Sql(sql), connection) { Parameters = { new() { Value = id } } };
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Takes it on oneself to enqueue units that are ready: each is given to one caller.</summary>
    /// <param name="study">The study.</param>
    /// <param name="after">Only those that need this unit; null for all.</param>
    /// <param name="lostAfter">Also those whose claimer has been silent for so long, which may be enqueued already; null for none.</param>
    /// <param name="most">At most so many, those first that stand first in the plan.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal Task<string[]> ClaimAsync(int study, string? after, TimeSpan? lostAfter, int most, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            string free = lostAfter is null ? "w.claimed is null" : "(w.claimed is null or (w.job is null and w.claimed < now() - $2))";
            string which = after is null ? "" : "and w.needs @> array[$2]";
            await using NpgsqlCommand command = Command(
                $"update {{schema}}.study_work set claimed = clock_timestamp() from (select w.unit, w.place from {{schema}}.study_work w where {IsReady} and {free} {which} order by w.place limit {most} for update skip locked) ready " +
                "where study_work.study = $1 and study_work.unit = ready.unit returning study_work.place, study_work.unit",
                study);
            if (after is not null || lostAfter is not null)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = after ?? (object)lostAfter!.Value });
            }

            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            List<(int Place, string Unit)> claimed = [];
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                claimed.Add((reader.GetInt32(0), reader.GetString(1)));
            }

            return claimed.Order().Select(one => one.Unit).ToArray();
        },
        cancellationToken);

    /// <summary>Notes the jobs of units.</summary>
    internal Task NoteJobsAsync(int study, string[] units, string[] jobs, CancellationToken cancellationToken) => ExecuteAsync(
        "update {schema}.study_work w set job = given.job from unnest($2, $3) as given (unit, job) where w.study = $1 and w.unit = given.unit", cancellationToken, study, units, jobs);

    /// <summary>A worker begins a unit.</summary>
    /// <returns>When the study was submitted; null where the unit is none of the worker's: another job has it, the study was cancelled, or the plan has it no more.</returns>
    internal Task<DateTime?> BeginAsync(string study, string unit, string job, string worker, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command(
                "update {schema}.study_work w set (starts, worker) = (w.starts + 1, $4) from {schema}.studies s " +
                "where s.name = $1 and w.study = s.id and w.unit = $2 and (w.job is null or w.job = $3) and not s.is_cancelled returning s.submitted",
                study, unit, job, worker);
            return (DateTime?)await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>A unit failed; with the last attempt it is set aside.</summary>
    internal Task FailAsync(string study, string unit, string reason, int attempts, CancellationToken cancellationToken) => ExecuteAsync(
        "update {schema}.study_work w set (failures, reason, worker, is_set_aside) = (w.failures + 1, $3, null, w.failures + 1 >= $4) from {schema}.studies s where s.name = $1 and w.study = s.id and w.unit = $2",
        cancellationToken, study, unit, reason, attempts);

    /// <summary>A worker stops a unit that it did not end.</summary>
    internal Task LeaveAsync(string study, string unit, string worker, CancellationToken cancellationToken) => ExecuteAsync(
        "update {schema}.study_work w set worker = null from {schema}.studies s where s.name = $1 and w.study = s.id and w.unit = $2 and w.worker = $3", cancellationToken, study, unit, worker);

    /// <summary>Cancels a study, so that nothing of it is enqueued or begun any more.</summary>
    internal Task CancelAsync(int study, CancellationToken cancellationToken) => ExecuteAsync("update {schema}.studies set is_cancelled = true where id = $1", cancellationToken, study);

    /// <summary>Forgets the jobs of units, which then are ready to be enqueued again.</summary>
    internal Task ForgetJobsAsync(int study, string[] units, CancellationToken cancellationToken) => ExecuteAsync(
        "update {schema}.study_work set (claimed, job, worker) = (null, null, null) where study = $1 and unit = any($2)", cancellationToken, study, units);

    /// <summary>Units that are not done and have a job, for longer than a time or at all.</summary>
    internal Task<List<WorkRow>> OutstandingAsync(int study, TimeSpan? forLongerThan, CancellationToken cancellationToken) =>
        forLongerThan is { } time ? ReadAsync("w.job is not null and w.claimed < now() - $2", study, cancellationToken, time) : ReadAsync("w.job is not null", study, cancellationToken);

    /// <summary>Units that are not done and that a worker began, or that were set aside.</summary>
    internal Task<List<WorkRow>> NotableAsync(int study, CancellationToken cancellationToken) => ReadAsync("(w.worker is not null or w.is_set_aside)", study, cancellationToken);

    /// <summary>Counts a study's units.</summary>
    internal Task<WorkCounts> CountAsync(int study, CancellationToken cancellationToken) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command(
                """
                select count(*)::integer, count(u.name)::integer, coalesce(sum(w.steps) filter (where u.name is null), 0)::bigint,
                    count(u.name) filter (where u.done > now() - interval '1 hour')::integer, coalesce(sum(w.steps) filter (where u.done > now() - interval '1 hour'), 0)::bigint,
                    least(extract(epoch from now() - greatest(max(s.submitted), min(u.done) filter (where u.done > now() - interval '1 hour'))), 3600)::double precision,
                    count(*) filter (where u.name is null and not w.is_set_aside and not exists (
                        select from unnest(w.needs) need join {schema}.study_work n on n.study = w.study and n.unit = need and n.is_set_aside))::integer
                from {schema}.study_work w join {schema}.studies s on s.id = w.study left join {schema}.study_units u on u.study = w.study and u.name = w.unit where w.study = $1
                """,
                study);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            return new WorkCounts(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt32(3), reader.GetInt64(4), reader.IsDBNull(5) ? 0 : reader.GetDouble(5), reader.GetInt32(6));
        },
        cancellationToken);

    private Task<List<WorkRow>> ReadAsync(string where, int study, CancellationToken cancellationToken, params object[] values) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command(
                $"select w.unit, w.job, w.worker, w.starts, w.failures, w.reason, w.is_set_aside from {{schema}}.study_work w where w.study = $1 and {where} " +
                "and not exists (select from {schema}.study_units u where u.study = w.study and u.name = w.unit) order by w.place",
                [study, .. values]);
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            List<WorkRow> rows = [];
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
                rows.Add(new WorkRow(reader.GetString(0), Text(1), Text(2), reader.GetInt32(3), reader.GetInt32(4), Text(5), reader.GetBoolean(6)));
            }

            return rows;
        },
        cancellationToken);

    private Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values) => GuardAsync(
        async () =>
        {
            await using NpgsqlCommand command = Command(sql, values);
            return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        NpgsqlCommand command = database.Source.CreateCommand(database.Sql(sql));
        Array.ForEach(values, value => command.Parameters.Add(new NpgsqlParameter { Value = value }));
        return command;
    }

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
}
