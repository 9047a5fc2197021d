using System.Text.Json;
using Spot.Statistics;
using Spot.Tests.Tasks.Metrics;

namespace Spot.Tests.Statistics;

public class CorrelationTests
{
    [Fact]
    public void Coefficients_and_p_values_equal_exact_arithmetic()
    {
        foreach (JsonElement item in StatsGolden.Cases("correlation.json"))
        {
            double[] x = item.Numbers("x"), y = item.Numbers("y");
            Check(item, "pearson", Correlation.Pearson(x, y));
            Check(item, "spearman", Correlation.Spearman(x, y));
        }
    }

    [Fact]
    public void P_values_equal_exact_arithmetic_down_to_the_smallest()
    {
        foreach (JsonElement item in StatsGolden.Cases("p_values.json"))
        {
            double r = item.GetProperty("r").Number();
            int n = item.GetProperty("n").GetInt32();
            StatsGolden.PValue(item.GetProperty("p").Number(), Correlation.TwoSidedPValue(r, n), 1e-9, $"p of r = {r}, n = {n}");
        }
    }

    // With 2 degrees of freedom the p-value is 1 − |r|; with 1 it is 1 − 2/π asin |r|; both from the density of t.
    [Theory]
    [InlineData(0.001)]
    [InlineData(0.3)]
    [InlineData(-0.77)]
    [InlineData(0.999999)]
    public void Three_and_four_points_have_closed_forms(double r)
    {
        Assert.Equal(1 - Math.Abs(r), Correlation.TwoSidedPValue(r, 4), 1e-12);
        Assert.Equal(2 / Math.PI * Math.Acos(Math.Abs(r)), Correlation.TwoSidedPValue(r, 3), 1e-12);
    }

    [Fact]
    public void P_values_fall_with_the_coefficient_and_with_the_points_also_for_millions()
    {
        double last = 1;
        foreach (double r in (double[])[1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02])
        {
            double p = Correlation.TwoSidedPValue(r, 3_000_000);
            Assert.InRange(p, 0, last);
            last = p;
        }

        // For so many points t is normal: r = 0.001 is 1.7320508 deviations.
        Assert.Equal(0.0832645, Correlation.TwoSidedPValue(1e-3, 3_000_000), 1e-6);
        Assert.True(Correlation.TwoSidedPValue(0.2, 201) < Correlation.TwoSidedPValue(0.2, 200));
        Assert.True(Correlation.TwoSidedPValue(0.2, 203) < Correlation.TwoSidedPValue(0.2, 202));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(49)]
    public void The_same_order_is_exactly_1_and_the_opposite_one_exactly_minus_1(int count)
    {
        double[] x = [.. Enumerable.Range(0, count).Select(i => Math.Exp(i / 7.0))], opposite = [.. x.Select(value => 1 / value)];
        Assert.Equal(new Correlation(1, 0, count), Correlation.Spearman(x, x));
        Assert.Equal(new Correlation(-1, 0, count), Correlation.Spearman(x, opposite));
        Assert.Equal(1, Correlation.Pearson(x, x).Coefficient);
    }

    [Fact]
    public void Too_few_points_have_no_correlation()
    {
        Assert.True(double.IsNaN(Correlation.Pearson([], []).Coefficient));
        Assert.True(double.IsNaN(Correlation.Spearman([1], [2]).PValue));
        Assert.True(double.IsNaN(Correlation.TwoSidedPValue(0.5, 1)));
        Assert.True(double.IsNaN(Correlation.TwoSidedPValue(double.NaN, 9)));
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => Correlation.Pearson([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => Correlation.Spearman([1], [1, 2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Correlation.TwoSidedPValue(1.0000001, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => Correlation.TwoSidedPValue(0.1, -1));
    }

    private static void Check(JsonElement item, string kind, Correlation found)
    {
        JsonElement expected = item.GetProperty("expected").GetProperty(kind);
        string what = $"{kind} of '{item.Text("name")}'";
        Assert.Equal(item.GetProperty("n").GetInt32(), found.Count);
        MetricGolden.Equal(expected.GetProperty("r"), found.Coefficient, what, expected.TryGetProperty("r_tolerance", out JsonElement r) ? r.GetDouble() : 1e-12);
        if (expected.TryGetProperty("p_max", out JsonElement most))
        {
            Assert.InRange(found.PValue, 0, most.GetDouble());
            return;
        }

        double tolerance = expected.TryGetProperty("p_relative_tolerance", out JsonElement p) ? p.GetDouble() : 1e-9;
        StatsGolden.PValue(expected.GetProperty("p").Number(), found.PValue, tolerance, $"p of {what}");
    }
}
