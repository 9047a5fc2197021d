using System.Diagnostics;
using System.Globalization;
using Spot.Backbone;

namespace Spot.Benchmarks.Inference;

/// <summary>The <c>soak</c> command: <c>soak [requests] [callers]</c>, 50,000 and 64 unless given.</summary>
internal static class SoakCommand
{
    private const int Cases = 480, Shown = 20;

    /// <returns>The exit code: 1 where an answer was wrong or lost.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (CommandSize.Read("soak", args) is not (int requests, int callers))
        {
            return 1;
        }

        using T5Backbone backbone = T5Backbone.Load(Path.Combine(Checkout.Root, "models", "spot-tiny"), new BackboneOptions { Precision = BackbonePrecision.Float32 });
        DirectoryInfo folder = Directory.CreateTempSubdirectory("spot-soak-");
        Stopwatch clock = Stopwatch.StartNew();
        SoakReport report = await new Soak(backbone, folder.FullName, seed: 1, Cases).RunAsync(requests, callers);
        folder.Delete(recursive: true);
        foreach (string wrong in report.Wrong.Take(Shown))
        {
            Console.WriteLine(wrong);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"soak: {requests:N0} requests from {callers} callers in {clock.Elapsed.TotalSeconds:F0} s: {report.Answered:N0} answered, {report.Cancelled:N0} cancelled, " +
            $"{report.Late:N0} too late; a prompt replaced {report.Replaced:N0} times; {report.Wrong.Count:N0} wrong or lost"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"soak: memory {Megabytes(report.Memory.Start):F0} MB at the start, {Megabytes(report.Memory.Tenth):F0} after a tenth, {Megabytes(report.Memory.End):F0} at the end"));
        return report.Wrong.Count == 0 && report.Answered + report.Cancelled + report.Late == requests ? 0 : 1;
    }

    /// <summary>Of bytes.</summary>
    public static double Megabytes(long bytes) => bytes / (double)(1 << 20);
}
