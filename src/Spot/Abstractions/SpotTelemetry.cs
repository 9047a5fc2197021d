using System.Diagnostics.Metrics;

namespace Spot;

/// <summary>The one meter of the library; the rooms make their instruments of it.</summary>
internal static class SpotTelemetry
{
    /// <summary>The name of the meter, and of the source of activities.</summary>
    public const string Name = "Spot";

    public static readonly Meter Meter = new(Name);
}
