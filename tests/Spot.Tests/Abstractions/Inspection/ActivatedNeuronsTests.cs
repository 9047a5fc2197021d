namespace Spot.Tests.Abstractions;

/// <summary>The overlap of activated neurons is the cosine of vectors of 0 and 1.</summary>
public class ActivatedNeuronsTests
{
    [Fact]
    public void Overlap_is_the_cosine_of_what_is_activated()
    {
        bool[] a = [true, true, false, false, true, false], b = [true, false, false, true, true, true];
        ActivatedNeurons one = Neurons(a), other = Neurons(b);
        Assert.Equal((3, 4), (one.Count, other.Count));
        Assert.Equal(2 / (Math.Sqrt(3) * Math.Sqrt(4)), one.Overlap(other), 1e-15);
        Assert.Equal(one.Overlap(other), other.Overlap(one));
        Assert.Equal(1, one.Overlap(one), 1e-15);
        Assert.Equal(0, one.Overlap(Neurons(new bool[6])));
        Assert.Equal(a, Enumerable.Range(0, 6).Select(i => one[i / 3, i % 3]));
    }

    [Fact]
    public void Many_neurons_overlap_as_few_do()
    {
        bool[][] states = [.. new[] { "a", "b" }.Select(name => NumberStream.Uniform(name, 4 * 511, 1).Select(value => value > 0).ToArray())];
        double[][] numbers = [.. states.Select(all => all.Select(state => state ? 1.0 : 0).ToArray())];
        double Dot(int i, int j) => numbers[i].Zip(numbers[j]).Sum(pair => pair.First * pair.Second);
        ActivatedNeurons[] neurons = [.. states.Select(all => new ActivatedNeurons(4, all, "x"))];
        Assert.Equal(Dot(0, 1) / Math.Sqrt(Dot(0, 0) * Dot(1, 1)), neurons[0].Overlap(neurons[1]), 1e-14);
    }

    [Fact]
    public void Neurons_of_other_models_and_sizes_are_refused()
    {
        SpotException error = Assert.Throws<SpotException>(() => Neurons(new bool[6]).Overlap(new ActivatedNeurons(2, new bool[6], "y")));
        Assert.Contains("'x' (2 x 3)", error.Message, StringComparison.Ordinal);
        Assert.Throws<SpotException>(() => Neurons(new bool[6]).Overlap(Neurons(new bool[8])));
        Assert.Contains("5 neurons for 2 layers", Assert.Throws<ArgumentException>(() => Neurons(new bool[5])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Neurons(new bool[6])[2, 0]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Neurons(new bool[6])[0, 3]);
    }

    private static ActivatedNeurons Neurons(bool[] states) => new(2, states, "x");
}
