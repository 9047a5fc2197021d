using Microsoft.Extensions.Logging;

namespace Spot.Hangfire;

/// <summary>The log messages of a worker.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(421, LogLevel.Warning, "The study {Study}: the unit {Unit} failed")]
    public static partial void Failed(ILogger logger, string study, string unit, Exception exception);

    [LoggerMessage(422, LogLevel.Information, "The study {Study}: {Count} units were ready and are enqueued")]
    public static partial void Swept(ILogger logger, string study, int count);

    [LoggerMessage(423, LogLevel.Information, "The worker {Worker} waits for units of studies in {Place}")]
    public static partial void Started(ILogger logger, string worker, string place);
}
