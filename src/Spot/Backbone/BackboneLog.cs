using Microsoft.Extensions.Logging;

namespace Spot.Backbone;

/// <summary>The log messages of a backbone.</summary>
internal static partial class BackboneLog
{
    [LoggerMessage(1, LogLevel.Information, "Loaded {Name} ({Parameters:N0} parameters) on {Device} in {Precision}: {Reason}")]
    public static partial void Loaded(ILogger logger, string name, long parameters, string device, BackbonePrecision precision, string reason);

    [LoggerMessage(2, LogLevel.Information, "The C++ runtime of this system lacks {Version}, which TorchSharp's library asks for: loaded the patched copy {Copy}")]
    public static partial void Patched(ILogger logger, string version, string copy);
}
