using System.Diagnostics;
using System.Globalization;

namespace Spot.Benchmarks;

/// <summary>The most memory that this process has held.</summary>
internal static class PeakMemory
{
    public static double Gigabytes()
    {
        const string status = "/proc/self/status";
        if (File.Exists(status) && File.ReadLines(status).FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line)
        {
            return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / (1 << 20);
        }

        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / (double)(1 << 30);
    }
}
