using System.Globalization;

namespace Spot.Benchmarks;

/// <summary>One figure of the <c>ratios</c> command.</summary>
/// <param name="Name">For example <c>step.t5-small.fp32</c>.</param>
/// <param name="Values">One value a round.</param>
/// <param name="Unit">What it is a share or number of.</param>
/// <param name="Format">How the numbers are written.</param>
internal sealed record RatioLine(string Name, IReadOnlyList<double> Values, string Unit, string Format = "F2")
{
    public override string ToString()
    {
        double[] sorted = [.. Values.Order()];
        string Text(double value) => value.ToString(Format, CultureInfo.InvariantCulture);
        double median = sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
        return $"{Name,-28} {Text(median),8} {Unit} ({Text(sorted[0])} .. {Text(sorted[^1])}, {sorted.Length} rounds)";
    }
}
