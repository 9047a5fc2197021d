using System.Diagnostics;

namespace Spot.Benchmarks.Backbone;

/// <summary>How work is timed, in seconds.</summary>
internal static class WorkClock
{
    /// <summary>The time that passes.</summary>
    public static double Wall() => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    /// <summary>The time that processors spend on this process: on a busy machine the same as on a quiet one, for one thread.</summary>
    public static double Processor() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
