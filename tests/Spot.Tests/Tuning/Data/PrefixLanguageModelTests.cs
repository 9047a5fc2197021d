using Spot.Tuning;

namespace Spot.Tests.Tuning;

public class PrefixLanguageModelTests
{
    private const int Eos = 1;

    [Fact]
    public void Input_and_target_are_a_window_of_the_document_each_closed()
    {
        int[] document = Ids(50);
        HashSet<int> starts = [];
        for (int seed = 0; seed < 2000; seed++)
        {
            EncodedExample example = Make(document, 16, 100, seed);
            Assert.Equal((Eos, Eos), (example.Input[^1], example.Target[^1]));
            int[] window = [.. example.Input[..^1], .. example.Target[..^1]];
            Assert.Equal(Enumerable.Range(window[0], 15), window); // 15 tokens and the end of sequence are 16.
            starts.Add(window[0] - document[0]);
        }

        Assert.Equal(Enumerable.Range(0, 36), starts.Order()); // 50 − 15 + 1 places
    }

    [Fact]
    public void A_short_document_is_its_own_window()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            EncodedExample example = Make(Ids(7), 512, 62, seed);
            Assert.Equal(Ids(7), example.Input[..^1].Concat(example.Target[..^1]));
        }

        EncodedExample least = Make([5, 6], 512, 62, 0);
        Assert.Equal([5, Eos, 6, Eos], least.Input.Concat(least.Target));
    }

    [Fact]
    public void Every_length_of_the_prefix_is_as_likely()
    {
        const int Seeds = 40_000, Length = 21;
        int[] counts = new int[Length + 1];
        for (int seed = 0; seed < Seeds; seed++)
        {
            counts[Make(Ids(Length), 100, 100, seed).Input.Length - 1]++;
        }

        Assert.Equal((0, 0), (counts[0], counts[Length]));
        const double Expected = Seeds / (Length - 1.0);
        double chiSquare = counts[1..Length].Sum(count => (count - Expected) * (count - Expected) / Expected);
        Assert.InRange(chiSquare, 5, 45); // 19 degrees of freedom: outside with less than 1 in 1,000
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(10, 1)]
    [InlineData(3, 2)]
    [InlineData(2, 2)]
    [InlineData(1, 1)]
    public void Both_sides_fit_their_lengths_and_end(int maxInput, int maxTarget)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            EncodedExample example = Make(Ids(30), maxInput, maxTarget, seed);
            Assert.InRange(example.Input.Length, 1, maxInput);
            Assert.InRange(example.Target.Length, 1, maxTarget);
            Assert.Equal((Eos, Eos), (example.Input[^1], example.Target[^1]));
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_example()
    {
        Assert.Equal(Make(Ids(50), 16, 16, 7).Input, Make(Ids(50), 16, 16, 7).Input);
        Assert.Equal(Make(Ids(50), 16, 16, 7).Target, Make(Ids(50), 16, 16, 7).Target);
        Assert.NotEqual(Make(Ids(50), 16, 16, 7).Target, Make(Ids(50), 16, 16, 8).Target);
    }

    private static int[] Ids(int count) => [.. Enumerable.Range(100, count)];

    private static EncodedExample Make(int[] document, int maxInput, int maxTarget, long seed)
    {
        SplitMix64 random = SplitMix64.For("test", seed);
        return PrefixLanguageModel.Make(document, maxInput, maxTarget, Eos, ref random);
    }
}
