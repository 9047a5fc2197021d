using Microsoft.Extensions.Logging;

namespace Spot.Inference;

/// <summary>The log messages of inference.</summary>
internal static partial class InferenceLog
{
    [LoggerMessage(301, LogLevel.Warning, "{Count} requests failed together and are tried one by one")]
    public static partial void OneByOne(ILogger logger, int count, Exception exception);
}
