using System.Text.Json;
using Spot.Tests.Tasks.Metrics;

namespace Spot.Tests.Statistics;

/// <summary>The reference results of Golden/stats and, where it is there, of the set in the shared folder.</summary>
internal static class StatsGolden
{
    /// <summary>The contents of a file, once for each folder that has it.</summary>
    public static List<JsonElement> Files(string name)
    {
        List<JsonElement> files = [.. GoldenData.Folders("stats").Select(folder => MetricGolden.Read(Path.Combine(folder, name)))];
        Assert.NotEmpty(files);
        return files;
    }

    /// <summary>The cases of a file, at least one.</summary>
    public static List<JsonElement> Cases(string name)
    {
        List<JsonElement> cases = [.. Files(name).SelectMany(file => file.GetProperty("cases").EnumerateArray())];
        Assert.NotEmpty(cases);
        return cases;
    }

    /// <summary>Checks a p-value against an exact one.</summary>
    public static void PValue(double expected, double actual, double relative, string what)
    {
        // Below 1e-300 numbers have fewer digits, and below 5e-324 none.
        double tolerance = expected < 1e-300 ? Math.Max(1e-6 * expected, double.Epsilon) : relative * expected;
        MetricGolden.Equal(expected, actual, what, tolerance);
    }

    /// <summary>The sum of the distances of neighbours in an order.</summary>
    public static double PathLength(int[] leaves, Func<int, int, double> distance) =>
        leaves.Zip(leaves.Skip(1), distance).Sum();
}
