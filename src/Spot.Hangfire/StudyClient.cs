using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;
using Npgsql;
using Spot.PostgreSql;
using Spot.Studies;

namespace Spot.Hangfire;

/// <summary>Submits studies for workers to do, and says how they stand.</summary>
/// <remarks>It needs neither a model nor the workers. Safe for concurrent calls. Who makes it disposes of it.</remarks>
public sealed class StudyClient : IAsyncDisposable
{
    /// <summary>The schema with Spot's tables where no other is named.</summary>
    public const string DefaultSchema = PostgresDatabase.DefaultSchema;

    /// <summary>The schema with Hangfire's tables where no other is named.</summary>
    public const string DefaultHangfireSchema = "hangfire";

    private const int MostDeleted = 8;
    private readonly NpgsqlDataSource _source;
    private readonly WorkTable _table;
    private readonly Lazy<JobStorage> _storage;

    /// <summary>A client; it connects when it is used.</summary>
    /// <param name="connectionString">The database, as Npgsql is told of it.</param>
    /// <param name="schema">The schema with Spot's tables, made if need be.</param>
    /// <param name="hangfireSchema">The schema with Hangfire's tables, made if need be.</param>
    /// <exception cref="ArgumentException">The schema's name is not allowed.</exception>
    public StudyClient(string connectionString, string schema = DefaultSchema, string hangfireSchema = DefaultHangfireSchema)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        ArgumentException.ThrowIfNullOrWhiteSpace(hangfireSchema);
        _source = NpgsqlDataSource.Create(connectionString);
        _table = new WorkTable(new PostgresDatabase(_source, schema));
        StudyWorkerOptions defaults = new();
        _storage = new Lazy<JobStorage>(() => Engine.Open(connectionString, hangfireSchema, defaults.LostAfter, defaults.PollEvery));
    }

    /// <summary>Hangfire's storage, for its dashboard (<c>UseHangfireDashboard</c> of the package Hangfire.AspNetCore).</summary>
    public JobStorage Storage => _storage.Value;

    /// <summary>
    /// Submits a study: its units become jobs as soon as the units that they need are done. Submitted again it goes on: what was cancelled or set aside is
    /// enqueued again, more sources, targets, seeds and strategies may have been added, and what chose among fewer sources is done again.
    /// </summary>
    /// <param name="study">The study's name: 1 to 100 letters, digits, dots, dashes and underscores, no dot in front.</param>
    /// <param name="plan">What to study.</param>
    /// <param name="description">For <see cref="StudyWorkerOptions.Plan"/>, by which workers make the same plan.</param>
    /// <param name="cancellationToken">Ends it; what was enqueued by then stays so, and workers enqueue the rest.</param>
    /// <returns>How many units were enqueued.</returns>
    /// <exception cref="ArgumentException">The name is not allowed, or the plan cannot be carried out.</exception>
    /// <exception cref="SpotException">A study of this name has other options or other examples; the message names what differs.</exception>
    /// <exception cref="UnauthorizedAccessException">The role lacks a right.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<int> SubmitAsync(string study, StudyPlan plan, string description = "", CancellationToken cancellationToken = default)
    {
        StudyName.Check(study);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(description);
        IReadOnlyList<StudyUnitInfo> units = StudyUnitInfo.Of(plan);
        SortedDictionary<string, string> identity = StudyIdentity.OfPlan(plan);
        await Migrations.EnsureAsync(_table.Database, mayUpdate: false, cancellationToken).ConfigureAwait(false);
        if (await _table.FindAsync(study, cancellationToken).ConfigureAwait(false) is { } before)
        {
            if (StudyIdentity.PlanDifference(before.Plan, identity, mayGrow: true) is { } difference)
            {
                throw new SpotException($"{_table.Database.Place}, study '{study}': it was submitted with another plan: {difference}. Give every study a name of its own.");
            }

            await new UnitQueue(_table, Storage).ForgetDeadJobsAsync(before.Id, null, cancellationToken).ConfigureAwait(false);
        }

        await _table.SubmitAsync(study, identity, description, units, cancellationToken).ConfigureAwait(false);
        SubmittedStudy row = (await _table.FindAsync(study, cancellationToken).ConfigureAwait(false))!;
        return await new UnitQueue(_table, Storage).EnqueueAsync(row.Id, study, null, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says how a study stands.</summary>
    /// <param name="study">Its name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Its state; null where no study of this name was submitted.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<StudyProgressReport?> StatusAsync(string study, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(study);
        await Migrations.EnsureAsync(_table.Database, mayUpdate: false, cancellationToken).ConfigureAwait(false);
        if (await _table.FindAsync(study, cancellationToken).ConfigureAwait(false) is not { } row)
        {
            return null;
        }

        WorkCounts counts = await _table.CountAsync(row.Id, cancellationToken).ConfigureAwait(false);
        List<WorkRow> rows = await _table.NotableAsync(row.Id, cancellationToken).ConfigureAwait(false);
        HashSet<string> alive = [.. Storage.GetMonitoringApi().Servers().Select(server => server.Name)];
        using IStorageConnection connection = Storage.GetConnection();
        double rate = counts.Seconds > 0 ? counts.StepsLately / counts.Seconds : 0;
        return new StudyProgressReport(
            counts.Total,
            counts.Done,
            [.. rows.Where(unit => unit.Worker is { } worker && alive.Contains(worker)).Select(unit =>
                new RunningUnit(unit.Unit, unit.Worker!, unit.Starts, unit.Job is null ? null : connection.GetJobParameter(unit.Job, Engine.Progress)))],
            [.. rows.Where(unit => unit.IsSetAside).Select(unit => new FailedUnit(unit.Unit, unit.Failures, unit.Reason ?? ""))],
            counts.Seconds > 0 ? counts.Lately / counts.Seconds * 3600 : 0,
            rate > 0 ? TimeSpan.FromSeconds(counts.StepsLeft / rate) : null,
            row.IsCancelled)
        {
            Description = row.Description,
            IsEnded = counts.Left == 0,
        };
    }

    /// <summary>Cancels a study: its jobs are deleted, units under way stop at the next step and leave a checkpoint. Submitted again it goes on.</summary>
    /// <param name="study">Its name.</param>
    /// <param name="cancellationToken">Ends it; the study is cancelled all the same.</param>
    /// <returns>Whether there is such a study.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<bool> CancelAsync(string study, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(study);
        await Migrations.EnsureAsync(_table.Database, mayUpdate: false, cancellationToken).ConfigureAwait(false);
        if (await _table.FindAsync(study, cancellationToken).ConfigureAwait(false) is not { } row)
        {
            return false;
        }

        await _table.CancelAsync(row.Id, cancellationToken).ConfigureAwait(false);
        List<WorkRow> outstanding = await _table.OutstandingAsync(row.Id, null, cancellationToken).ConfigureAwait(false);
        BackgroundJobClient client = new(Storage, Engine.Filters);
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = MostDeleted, CancellationToken = cancellationToken };
        await Task.Run(() => Parallel.ForEach(outstanding, parallel, unit => client.ChangeState(unit.Job, new DeletedState { Reason = "The study was cancelled" })), cancellationToken).ConfigureAwait(false);
        await _table.ForgetJobsAsync(row.Id, [.. outstanding.Select(unit => unit.Unit)], cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Lets go of the connections.</summary>
    /// <returns>A task that ends when they are closed.</returns>
    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
