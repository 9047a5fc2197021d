namespace Spot.Tests.Abstractions;

/// <summary>Probabilities among labels, by their formula.</summary>
public class LabelSetTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-5000)] // every exponential by itself is 0
    [InlineData(5000)] // or infinite
    public void Probabilities_depend_on_differences_alone(double shift)
    {
        double sum = 1 + Math.Exp(-1) + Math.Exp(-30);
        double[] expected = [Math.Exp(-1) / sum, 1 / sum, Math.Exp(-30) / sum];
        Assert.All(expected.Zip(LabelSet.Probabilities([shift - 1, shift, shift - 30])), pair => Assert.Equal(pair.First, pair.Second, 1e-12 * pair.First));
    }

    [Fact]
    public void A_single_label_is_certain_and_an_impossible_one_has_nothing()
    {
        Assert.Equal([1.0], LabelSet.Probabilities([-7]));
        Assert.Equal([1.0, 0.0], LabelSet.Probabilities([-7, double.NegativeInfinity]));
    }
}
