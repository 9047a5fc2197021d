using Hangfire;
using Hangfire.States;
using Hangfire.Storage;

namespace Spot.Hangfire;

/// <summary>Makes jobs of the units that are ready.</summary>
/// <remarks>
/// A unit is claimed, enqueued, and its job noted. Of a process that is killed in between a claim without a job is left, which somebody takes up later:
/// then there may be two jobs of a unit, of which the one that is noted counts.
/// </remarks>
internal sealed class UnitQueue(WorkTable table, JobStorage storage)
{
    private const int AtOnce = 500;

    /// <summary>How long a claim without a job is left to its claimer.</summary>
    internal static readonly TimeSpan LostClaim = TimeSpan.FromMinutes(1);

    /// <summary>Enqueues what is ready.</summary>
    /// <param name="study">The study's number.</param>
    /// <param name="name">Its name.</param>
    /// <param name="after">Only what needs this unit; null for all.</param>
    /// <param name="lostAfter">Also what was claimed so long ago and has no job; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many.</returns>
    internal async Task<int> EnqueueAsync(int study, string name, string? after, TimeSpan? lostAfter, CancellationToken cancellationToken)
    {
        for (int all = 0; ;)
        {
            string[] units = await table.ClaimAsync(study, after, lostAfter, AtOnce, cancellationToken).ConfigureAwait(false);
            if (units.Length > 0)
            {
                string[] jobs = Engine.Enqueue(storage, name, units);
                await table.NoteJobsAsync(study, units, jobs, cancellationToken).ConfigureAwait(false);
            }

            all += units.Length;
            if (units.Length < AtOnce)
            {
                return all;
            }
        }
    }

    /// <summary>Forgets the jobs that will never run, so that their units may be enqueued again: failed for good, deleted, or lost with what the engine wrote last.</summary>
    /// <remarks>
    /// The engine writes a job and its state in two transactions, which do not wait for the disk (<see cref="Engine.Open"/>): a database that crashes in
    /// between keeps jobs without a state, which nobody fetches.
    /// </remarks>
    /// <param name="study">The study's number.</param>
    /// <param name="lostAfter">
    /// Only of units that were claimed so long ago, and where nothing is enqueued: then what says that it is was lost as well. Null for all units.
    /// </param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task ForgetDeadJobsAsync(int study, TimeSpan? lostAfter, CancellationToken cancellationToken)
    {
        if (lostAfter is not null && storage.GetMonitoringApi().EnqueuedCount(Engine.Queue) > 0)
        {
            return;
        }

        string[] live = [ProcessingState.StateName, ScheduledState.StateName, AwaitingState.StateName, .. lostAfter is null ? [EnqueuedState.StateName] : Array.Empty<string>()];
        using IStorageConnection connection = storage.GetConnection();
        List<string> dead = [];
        foreach (WorkRow unit in await table.OutstandingAsync(study, lostAfter, cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!live.Contains(connection.GetJobData(unit.Job)?.State))
            {
                dead.Add(unit.Unit);
            }
        }

        await table.ForgetJobsAsync(study, [.. dead], cancellationToken).ConfigureAwait(false);
    }
}
