using Spot.Statistics;

namespace Spot.Tests.Statistics;

public class TaskPairsTests
{
    private static readonly string[] Letters = ["a", "b", "c", "d", "e"];

    // How many of all exchanges of tasks give a coefficient as far from 0, by another program that tries them all.
    [Theory]
    [InlineData("abcde", "abcde", 1, 1, 2, 0.3, 0.28005016520658593, 44, 0.4496240601503759, 18, 120)]
    [InlineData("abcde", "abcde", 1, 1, 2, 0.5, 0.6695707479945181, 3, 0.6646616541353384, 3, 120)]
    [InlineData("abcd", "xyz", 1, 3, 4, 0.3, 0.5801185387611674, 8, 0.6013986013986014, 9, 144)]
    [InlineData("abcd", "cdxy", 2, 5, 6, 0.3, 0.33597368925724985, 3, 0.20683760683760682, 4, 8)] // two tasks are both; a pair is left out
    [InlineData("abcde", "xy", 2, 7, 8, 0.5, 0.7311444874053272, 2, 0.7774436090225564, 3, 240)]
    public void P_values_are_the_shares_of_all_exchanges(
        string sources, string targets, int runs, long seedX, long seedY, double share, double r, int ofPearson, double rho, int ofSpearman, int all)
    {
        TaskPairs pairs = Pairs(sources, targets, runs, seedX, seedY, share, hole: targets == "cdxy");
        Assert.Equal(r, pairs.Of(Coefficients.Pearson), 1e-12);
        Assert.Equal(rho, pairs.Of(Coefficients.Spearman), 1e-12);
        Near(ofPearson / (double)all, pairs.PValue(Coefficients.Pearson));
        Near(ofSpearman / (double)all, pairs.PValue(Coefficients.Spearman));

        static void Near(double expected, double actual) => // four standard errors of 2,000 draws
            Assert.Equal(expected, actual, 4 * Math.Sqrt(expected * (1 - expected) / 2000) + 0.0005);
    }

    // The quantiles at 1.5, 3.5, 96.5 and 98.5 % of all 5⁵ · 2² resamples of tasks, by another program.
    [Fact]
    public void Intervals_are_those_of_resampled_tasks()
    {
        TaskPairs pairs = Pairs("abcde", "xy", 2, 7, 8, 0.5, hole: false);
        ConfidenceInterval pearson = pairs.Interval(Coefficients.Pearson), spearman = pairs.Interval(Coefficients.Spearman);
        Assert.InRange(pearson.Low, -0.609082427, -0.020241193);
        Assert.InRange(pearson.High, 0.948531957, 0.968303843);
        Assert.InRange(spearman.Low, -0.726708075, -0.226993865);
        Assert.Equal(1, spearman.High);
    }

    [Fact]
    public void Many_points_of_few_tasks_are_few()
    {
        // One number for each of five sources, seen on forty targets: 200 points, but five things to correlate.
        double[] x = [1, 2, 3, 4, 5], y = [2, 1, 5, 3, 4];
        string[] targets = [.. Enumerable.Range(0, 40).Select(i => $"t{i}")];
        TaskPairs pairs = new(Letters, targets, [.. x.Select(value => Enumerable.Repeat(value, 40).ToArray())], [.. y.Select(value => Enumerable.Repeat(value, 40).ToArray())]);
        Assert.Equal(200, pairs.Count);
        Assert.Equal(0.6, pairs.Of(Coefficients.Pearson), 1e-12);
        Assert.True(Correlation.TwoSidedPValue(0.6, 200) < 1e-15);
        Assert.Equal(42 / 120.0, pairs.PValue(Coefficients.Pearson), 0.045); // |r| ≥ 0.6 in 42 of 120 orders of five
        Assert.True(pairs.Interval(Coefficients.Pearson).Low < 0);
    }

    [Fact]
    public void What_is_undefined_stays_so()
    {
        TaskPairs constant = new(["a", "b"], ["x"], [[1], [1]], [[1], [2]]);
        Assert.True(double.IsNaN(constant.PValue(Coefficients.Pearson)));
        Assert.True(double.IsNaN(constant.Interval(Coefficients.Pearson).Low));
        Assert.Equal(1, new TaskPairs(["a", "b"], ["x"], [[1], [double.NaN]], [[1], [2]]).Count);
    }

    private static TaskPairs Pairs(string sources, string targets, int runs, long seedX, long seedY, double share, bool hole)
    {
        double[][] x = StudyNumbers.Table(sources.Length * runs, targets.Length, seedX), noise = StudyNumbers.Table(sources.Length * runs, targets.Length, seedY);
        double[][] y = [.. x.Select((row, i) => row.Select((value, j) =>
            sources[i / runs] == targets[j] || (hole && i / runs == 0 && j == 3) ? double.NaN : Math.Round((share * value) + ((1 - share) * noise[i][j]), 6)).ToArray())];
        return new TaskPairs([.. sources.Select(c => c.ToString())], [.. targets.Select(c => c.ToString())], x, y);
    }
}
