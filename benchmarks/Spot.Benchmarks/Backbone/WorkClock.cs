using System.Diagnostics;
using TorchSharp;

namespace Spot.Benchmarks.Backbone;

/// <summary>How work is timed, in seconds.</summary>
internal static class WorkClock
{
    /// <summary>The time that passes.</summary>
    public static double Wall() => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    /// <summary>The time that passes until a CUDA device has done what it was given.</summary>
    public static double Cuda()
    {
        torch.cuda.synchronize();
        return Wall();
    }

    /// <summary>The time that processors spend on this process: on a busy machine the same as on a quiet one, for one thread.</summary>
    public static double Processor() => Environment.CpuUsage.TotalTime.TotalSeconds;
}
