using Spot.Numerics;

namespace Spot.Tests.Numerics;

public class SummaryTests
{
    [Fact]
    public void Deviations_are_those_of_a_population_and_of_a_sample() =>
        Assert.Equal(new Summary(4, 5, Math.Sqrt(5), Math.Sqrt(20 / 3.0)), Summary.Of([2, 4, 6, 8]));

    [Fact]
    public void A_common_offset_does_not_matter() => Assert.Equal(Math.Sqrt(2 / 3.0), Summary.Of([1e9 + 1, 1e9 + 2, 1e9 + 3]).PopulationDeviation, 1e-9);

    [Fact]
    public void Few_numbers_have_no_deviation()
    {
        Assert.Equal(new Summary(1, 3, 0, double.NaN), Summary.Of([3]));
        Assert.Equal(new Summary(0, double.NaN, double.NaN, double.NaN), Summary.Of([]));
    }

    [Fact]
    public void A_number_that_is_not_finite_has_no_deviation()
    {
        Summary found = Summary.Of([1, double.NegativeInfinity]);
        Assert.Equal(double.NegativeInfinity, found.Mean);
        Assert.True(double.IsNaN(found.SampleDeviation));
        Assert.True(double.IsNaN(Summary.Of([1, double.NaN]).Mean));
    }
}
