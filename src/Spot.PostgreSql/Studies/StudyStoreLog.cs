using Microsoft.Extensions.Logging;

namespace Spot.PostgreSql;

/// <summary>The log messages of a study's store.</summary>
internal static partial class StudyStoreLog
{
    [LoggerMessage(411, LogLevel.Warning, "{Unit}: the checkpoint could not be kept; the run goes on, and the next one will be tried")]
    public static partial void CheckpointFailed(ILogger logger, string unit, Exception exception);

    [LoggerMessage(412, LogLevel.Information, "{Unit}: the checkpoint of {Size} MiB stays on this machine; another one would begin the run anew, to the same result")]
    public static partial void CheckpointStays(ILogger logger, string unit, long size);
}
