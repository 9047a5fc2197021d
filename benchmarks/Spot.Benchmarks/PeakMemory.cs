using System.Diagnostics;
using System.Globalization;

namespace Spot.Benchmarks;

/// <summary>What memory this process holds, in GB.</summary>
internal static class PeakMemory
{
    /// <summary>The most so far.</summary>
    public static double Gigabytes() => Status("VmHWM:") ?? Own(process => process.PeakWorkingSet64);

    /// <summary>Now.</summary>
    public static double NowGigabytes() => Status("VmRSS:") ?? Own(process => process.WorkingSet64);

    private static double? Status(string key)
    {
        const string status = "/proc/self/status";
        return File.Exists(status) && File.ReadLines(status).FirstOrDefault(l => l.StartsWith(key, StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / (1 << 20)
            : null;
    }

    private static double Own(Func<Process, long> bytes)
    {
        using Process process = Process.GetCurrentProcess();
        return bytes(process) / (double)(1 << 30);
    }
}
