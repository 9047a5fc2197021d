using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Spot;

/// <summary>The one meter and the one source of activities of the library; the rooms make their instruments and activities of them.</summary>
internal static class SpotTelemetry
{
    /// <summary>The name of the meter, and of the source of activities.</summary>
    public const string Name = "Spot";

    public static readonly Meter Meter = new(Name);

    public static readonly ActivitySource Activities = new(Name);
}
