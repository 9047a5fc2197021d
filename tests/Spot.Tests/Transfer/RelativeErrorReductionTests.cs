using System.Text.Json;
using Spot.Studies;
using Spot.Tests.Statistics;
using Spot.Tests.Tasks.Metrics;
using Spot.Transfer;

namespace Spot.Tests.Transfer;

public class RelativeErrorReductionTests
{
    [Theory]
    [InlineData(92.7, 97.0, 0.589)] // MNLI to CB in the paper: 58.9 %
    [InlineData(50, 75, 0.5)]
    [InlineData(0, 100, 1)]
    [InlineData(80, 100, 1)]
    [InlineData(80, 80, 0)]
    [InlineData(80, 70, -0.5)]
    [InlineData(80, 0, -4)]
    [InlineData(-50, 25, 0.5)] // a correlation
    [InlineData(100, 100, 0)]
    [InlineData(100, 99, double.NegativeInfinity)]
    public void Is_the_share_of_the_error_that_is_removed(double baseline, double transfer, double expected) =>
        Assert.Equal(expected, Math.Round(RelativeErrorReduction.Compute(baseline, transfer), 3));

    [Fact]
    public void Cells_of_the_study_equal_the_reference()
    {
        foreach (JsonElement file in StatsGolden.Files("relative_error_reduction.json"))
        {
            double[][] baselines = [.. file.GetProperty("baseline").EnumerateArray().Select(target => target.Numbers())];
            JsonElement expected = file.GetProperty("expected");
            foreach ((int prompt, JsonElement targets) in file.GetProperty("transfer").EnumerateArray().Index())
            {
                foreach ((int target, JsonElement scores) in targets.EnumerateArray().Index())
                {
                    string what = $"prompt {prompt}, target {target}";
                    double[] baseline = baselines[target], transfer = scores.Numbers();
                    CheckCell(expected.GetProperty("of_means")[prompt][target].Number(), ScoreSpread.Of(baseline).Mean, ScoreSpread.Of(transfer).Mean, what);
                    double[] seeds = [.. baseline.Zip(transfer, (b, t) => 100 * RelativeErrorReduction.Compute(b, t))];
                    Assert.All(
                        expected.GetProperty("per_seed")[prompt][target].Numbers().Index(),
                        seed => CheckCell(seed.Item, baseline[seed.Index], transfer[seed.Index], $"{what}, seed {seed.Index}"));
                    JsonElement statistics = expected.GetProperty("statistics_of_per_seed")[prompt][target];
                    if (double.IsFinite(statistics.GetProperty("std_ddof0").Number()))
                    {
                        ScoreSpread summary = ScoreSpread.Of(seeds);
                        MetricGolden.Equal(statistics.GetProperty("mean"), summary.Mean, what);
                        MetricGolden.Equal(statistics.GetProperty("std_ddof0"), summary.PopulationDeviation, what);
                        MetricGolden.Equal(statistics.GetProperty("std_ddof1"), summary.Deviation, what);
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(-100.1, 50, "baseline")]
    [InlineData(100.1, 50, "baseline")]
    [InlineData(double.NaN, 50, "baseline")]
    [InlineData(50, -100.1, "transfer")]
    [InlineData(50, double.PositiveInfinity, "transfer")]
    [InlineData(50, double.NaN, "transfer")]
    public void Refuses_what_is_no_score(double baseline, double transfer, string parameter) =>
        Assert.Throws<ArgumentOutOfRangeException>(parameter, () => RelativeErrorReduction.Compute(baseline, transfer));

    // 0/0 is no change here, where plain division gives NaN.
    private static void CheckCell(double expected, double baseline, double transfer, string what) =>
        MetricGolden.Equal(double.IsNaN(expected) ? 0 : expected, 100 * RelativeErrorReduction.Compute(baseline, transfer), what);
}
