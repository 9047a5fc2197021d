using Hangfire;

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
}
