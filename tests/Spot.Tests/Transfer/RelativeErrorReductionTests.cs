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
    [InlineData(100, 100, 0)]
    [InlineData(100, 99, double.NegativeInfinity)]
    public void Is_the_share_of_the_error_that_is_removed(double baseline, double transfer, double expected) =>
        Assert.Equal(expected, Math.Round(RelativeErrorReduction.Compute(baseline, transfer), 3));

    [Theory]
    [InlineData(-0.1, 50, "baseline")]
    [InlineData(100.1, 50, "baseline")]
    [InlineData(double.NaN, 50, "baseline")]
    [InlineData(50, -0.1, "transfer")]
    [InlineData(50, double.PositiveInfinity, "transfer")]
    [InlineData(50, double.NaN, "transfer")]
    public void Refuses_what_is_no_score(double baseline, double transfer, string parameter) =>
        Assert.Throws<ArgumentOutOfRangeException>(parameter, () => RelativeErrorReduction.Compute(baseline, transfer));
}
