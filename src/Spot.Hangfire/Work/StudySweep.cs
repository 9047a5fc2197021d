using Hangfire.Server;
using Microsoft.Extensions.Logging;

namespace Spot.Hangfire;

/// <summary>Enqueues what is ready and was not enqueued, or whose job was lost: at a worker's start, and again and again.</summary>
internal sealed class StudySweep(StudyWorkerOptions options, WorkTable table, UnitQueue queue, ILogger<StudySweep> logger) : IBackgroundProcess
{
    public void Execute(BackgroundProcessContext context)
    {
        RunAsync(context.StoppingToken).GetAwaiter().GetResult(); // Hangfire gives it a thread of its own
        context.Wait(options.SweepEvery);
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach ((int id, string name) in await table.ActiveAsync(cancellationToken).ConfigureAwait(false))
        {
            await queue.ForgetDeadJobsAsync(id, UnitQueue.LostClaim, cancellationToken).ConfigureAwait(false);
            int count = await queue.EnqueueAsync(id, name, null, UnitQueue.LostClaim, cancellationToken).ConfigureAwait(false);
            if (count > 0)
            {
                WorkerLog.Swept(logger, name, count);
            }
        }
    }
}
