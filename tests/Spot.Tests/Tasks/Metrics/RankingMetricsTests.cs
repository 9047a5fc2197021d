using Spot.Tasks;

namespace Spot.Tests.Tasks.Metrics;

public class RankingMetricsTests
{
    [Fact]
    public void Equal_scores_come_in_together()
    {
        Assert.Equal(50, RankingMetrics.AreaUnderRoc([true, false, true, false], [1, 1, 1, 1]));
        Assert.Equal(50, RankingMetrics.AveragePrecision([true, false, true, false], [1, 1, 1, 1]));
    }

    [Fact]
    public void One_kind_alone_has_no_area()
    {
        Assert.Equal(double.NaN, RankingMetrics.AreaUnderRoc([true, true], [1, 2]));
        Assert.Equal(100, RankingMetrics.AveragePrecision([true, true], [1, 2]));
        Assert.Equal(double.NaN, RankingMetrics.AveragePrecision([false, false], [1, 2]));
    }

    [Fact]
    public void Bad_input_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => RankingMetrics.AreaUnderRoc([], []));
        Assert.Throws<ArgumentException>(() => RankingMetrics.AveragePrecision([true], [1, 2]));
        Assert.Throws<ArgumentException>(() => RankingMetrics.AreaUnderRoc([true, false], [double.NaN, 2]));
    }
}
