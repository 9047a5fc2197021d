using Spot.Tuning;

namespace Spot.Tests.Tuning;

public class SpanCorruptionTests
{
    private const int Eos = 1, FirstToken = 1000;
    private static readonly int[] Sentinels = [.. Enumerable.Range(0, 100).Select(k => 999 - k)];

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(40)]
    [InlineData(190)]
    [InlineData(568)]
    [InlineData(2009)]
    [InlineData(2010)]
    [InlineData(5000)]
    public void Input_and_target_together_are_the_window(int length)
    {
        (int noise, int spans) = SpanCorruption.Counts(length, 100);
        for (int seed = 0; seed < 20; seed++)
        {
            EncodedExample example = Make(Ids(length), 10_000, 10_000, seed);
            Assert.Equal(length - noise + spans + 1, example.Input.Length);
            Assert.Equal(noise + spans + 1, example.Target.Length);
            List<int[]> kept = Split(example.Input, sentinelLast: true), noisy = Split(example.Target, sentinelLast: false);
            Assert.Equal(spans, kept.Count);
            Assert.Equal(spans, noisy.Count);
            Assert.All([.. kept, .. noisy], span => Assert.NotEmpty(span));
            Assert.Equal(Ids(length), kept.Zip(noisy).SelectMany(pair => (int[])[.. pair.First, .. pair.Second]));
        }
    }

    [Theory] // From T5's formulas, worked out in float32 apart from this code. At 190 float64 would give 28 (28.5 goes to the even number).
    [InlineData(2, 1, 1)]
    [InlineData(9, 1, 1)]
    [InlineData(10, 2, 1)]
    [InlineData(30, 4, 1)]
    [InlineData(40, 6, 2)]
    [InlineData(100, 15, 5)]
    [InlineData(190, 29, 10)]
    [InlineData(568, 85, 28)]
    [InlineData(2009, 301, 100)]
    [InlineData(2010, 302, 100)] // T5 would want 101 sentinels
    [InlineData(5000, 750, 100)]
    public void Counts_are_T5s(int length, int noise, int spans) => Assert.Equal((noise, spans), SpanCorruption.Counts(length, 100));

    [Fact]
    public void Windows_are_T5s()
    {
        Assert.Equal(568, SpanCorruption.Window(512, 100));
        Assert.Equal(141, SpanCorruption.Window(128, 100));
        for (int maxInput = 10; maxInput <= 1808; maxInput++)
        {
            Assert.Equal(RandomSpansHelper(maxInput), SpanCorruption.Window(maxInput, 100));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(64)]
    [InlineData(1809)]
    [InlineData(4096)]
    public void The_input_just_fits(int maxInput)
    {
        EncodedExample example = Make(Ids(20_000), maxInput, 10_000, seed: 3);
        Assert.InRange(example.Input.Length, maxInput - 1, maxInput);
        int noise = Split(example.Target, sentinelLast: false).Sum(span => span.Length);
        int kept = example.Input.Count(id => id >= FirstToken);
        Assert.Equal(SpanCorruption.Window(maxInput, 100), noise + kept);
    }

    [Theory]
    [InlineData(512, 62)]
    [InlineData(30, 1)]
    [InlineData(2, 2)]
    [InlineData(1, 1)]
    public void Both_sides_fit_their_lengths_and_end(int maxInput, int maxTarget)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            EncodedExample example = Make(Ids(700), maxInput, maxTarget, seed);
            Assert.InRange(example.Input.Length, 1, maxInput);
            Assert.InRange(example.Target.Length, 1, maxTarget);
            Assert.Equal((Eos, Eos), (example.Input[^1], example.Target[^1]));
        }
    }

    [Fact]
    public void All_divisions_into_spans_are_as_likely()
    {
        // 40 tokens: 6 of noise in 2 spans (5 ways), 34 others in 2 spans (33 ways).
        const int Seeds = 20_000;
        int[] noisy = new int[7], kept = new int[35];
        for (int seed = 0; seed < Seeds; seed++)
        {
            EncodedExample example = Make(Ids(40), 100, 100, seed);
            noisy[Split(example.Target, sentinelLast: false)[0].Length]++;
            kept[Split(example.Input, sentinelLast: true)[0].Length]++;
        }

        Assert.InRange(ChiSquare(noisy[1..6]), 0.05, 20); // 4 degrees of freedom
        Assert.InRange(ChiSquare(kept[1..34]), 10, 66); // 32 degrees of freedom

        static double ChiSquare(int[] counts) => counts.Sum(count => Math.Pow(count - ((double)Seeds / counts.Length), 2)) / ((double)Seeds / counts.Length);
    }

    [Fact]
    public void The_window_lies_anywhere_in_the_document_and_the_same_seed_gives_the_same()
    {
        HashSet<int> starts = [.. Enumerable.Range(0, 500).Select(seed => Make(Ids(30), 18, 100, seed).Input[0] - FirstToken)];
        Assert.Equal(Enumerable.Range(0, 30 - SpanCorruption.Window(18, 100) + 1), starts.Order());
        Assert.Equal(Make(Ids(99), 40, 40, 5).Input, Make(Ids(99), 40, 40, 5).Input);
        Assert.Equal(Make(Ids(99), 40, 40, 5).Target, Make(Ids(99), 40, 40, 5).Target);
        Assert.NotEqual(Make(Ids(99), 40, 40, 5).Input, Make(Ids(99), 40, 40, 6).Input);
    }

    // T5's random_spans_helper restated: from the input's length upwards, as long as the next length still fits; no least numbers.
    private static int RandomSpansHelper(int inputLength)
    {
        int tokens = inputLength;
        while (InputOf(tokens + 1) <= inputLength)
        {
            tokens++;
        }

        return tokens;

        static double InputOf(int tokens)
        {
            double noise = Math.Round(tokens * 0.15, MidpointRounding.ToEven);
            return tokens - noise + Math.Round(noise / 3.0, MidpointRounding.ToEven) + 1;
        }
    }

    // The stretches between sentinels, which must be the first ones in their order.
    private static List<int[]> Split(int[] ids, bool sentinelLast)
    {
        Assert.Equal(Eos, ids[^1]);
        List<int[]> spans = [];
        List<int> span = [];
        int next = 0;
        foreach (int id in ids[..^1])
        {
            if (id >= FirstToken)
            {
                span.Add(id);
                continue;
            }

            Assert.Equal(Sentinels[next++], id);
            if (sentinelLast || next > 1)
            {
                spans.Add([.. span]);
            }

            span.Clear();
        }

        if (sentinelLast)
        {
            Assert.Empty(span);
        }
        else
        {
            spans.Add([.. span]);
        }

        return spans;
    }

    private static int[] Ids(int count) => [.. Enumerable.Range(FirstToken, count)];

    private static EncodedExample Make(int[] document, int maxInput, int maxTarget, long seed)
    {
        SplitMix64 random = SplitMix64.For("test", seed);
        return SpanCorruption.Make(document, maxInput, maxTarget, Sentinels, Eos, ref random);
    }
}
