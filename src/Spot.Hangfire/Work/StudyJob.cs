using System.Diagnostics;
using System.Globalization;
using Hangfire;
using Hangfire.Server;
using Microsoft.Extensions.Logging;
using Spot.Studies;

namespace Spot.Hangfire;

/// <summary>A unit of work as Hangfire's job.</summary>
internal sealed class StudyJob(StudyWorkerOptions options, WorkTable table, OpenStudies studies, UnitQueue queue, ILogger<StudyJob> logger)
{
    private static readonly TimeSpan Reports = TimeSpan.FromSeconds(2);

    /// <summary>Does a unit, unless it is done, and enqueues what it makes ready.</summary>
    [UnitDisplayName]
    [Queue(Engine.Queue)] // also when it is tried again
    public async Task RunAsync(string study, string unit, PerformContext context, CancellationToken cancellationToken)
    {
        string job = context.BackgroundJob.Id, worker = context.ServerId;
        if (await table.BeginAsync(study, unit, job, worker, cancellationToken).ConfigureAwait(false) is not { } submitted)
        {
            return;
        }

        try
        {
            (int id, Study open) = await studies.GetAsync(study, submitted, cancellationToken).ConfigureAwait(false);
            await open.RunUnitAsync(unit, new JobProgress(context), cancellationToken).ConfigureAwait(false);
            await queue.EnqueueAsync(id, study, unit, null, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await table.LeaveAsync(study, unit, worker, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        catch (Exception exception)
        {
            WorkerLog.Failed(logger, study, unit, exception);
            await table.FailAsync(study, unit, exception.Message, options.RetryDelays.Count + 1, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Writes how far a run is where the dashboard and <see cref="StudyClient.StatusAsync"/> find it.</summary>
    private sealed class JobProgress(PerformContext context) : IProgress<TuningProgress>
    {
        private long _last = Stopwatch.GetTimestamp();

        public void Report(TuningProgress value)
        {
            if (Stopwatch.GetElapsedTime(_last) < Reports)
            {
                return;
            }

            _last = Stopwatch.GetTimestamp();
            try
            {
                context.Connection.SetJobParameter(context.BackgroundJob.Id, Engine.Progress, string.Create(CultureInfo.InvariantCulture, $"step {value.Step} of {value.Steps}"));
            }
            catch (Npgsql.NpgsqlException)
            {
                // the database restarts: the run need not know
            }
        }
    }
}
