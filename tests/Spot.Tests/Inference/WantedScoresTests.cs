using Spot.Backbone;
using Spot.Inference;

namespace Spot.Tests.Inference;

/// <summary>The scores that a step asks for decide what all scores decide.</summary>
public sealed class WantedScoresTests : InferenceTestBase
{
    private const int Vocabulary = 60, Steps = 14;

    public static TheoryData<GenerationOptions, int> Options => new()
    {
        { new GenerationOptions(), 1 },
        { new GenerationOptions { Temperature = 1.5, TopK = 5 }, 5 },
        { new GenerationOptions { Temperature = 0.7, TopK = 9, TopP = 0.8 }, 9 },
        { new GenerationOptions { MinNewTokens = 6 }, 3 },
        { new GenerationOptions { NoRepeatNGram = 2 }, 3 },
        { new GenerationOptions { RepetitionPenalty = 1.3, NoRepeatNGram = 3, MinNewTokens = 3, Temperature = 1, TopK = 4 }, 6 },
        { new GenerationOptions { RepetitionPenalty = 0.8 }, 0 },
        { new GenerationOptions { Temperature = 1 }, 0 },
        { new GenerationOptions { Temperature = 1, TopP = 0.5 }, 0 },
        { new GenerationOptions { LogProbabilities = true }, 0 },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public void They_are_enough(GenerationOptions options, int first)
    {
        for (int seed = 0; seed < 60; seed++)
        {
            DecodingPlan plan = new(options, _backbone.Tokenizer, 0, Steps, null);
            SampledText all = new(plan, 0, null), few = new(plan, 0, null);
            Assert.Equal(first, few.Wanted.Count);
            Assert.Null(few.Wanted.Ids);
            Compare(all, few, new Random(seed));
        }
    }

    [Fact]
    public void Of_a_choice_they_are_those_of_its_tokens()
    {
        TokenAutomaton allowed = TokenAutomaton.Of([[5, 7, 1], [5, 8, 9, 1], [6, 1]], 1);
        DecodingPlan plan = new(new GenerationOptions { RepetitionPenalty = 0.5 }, _backbone.Tokenizer, 0, 3, allowed);
        for (int seed = 0; seed < 60; seed++)
        {
            SampledText all = new(plan, 0, null), few = new(plan, 0, null);
            Assert.Equal([5, 6], few.Wanted.Ids!.Order());
            Compare(all, few, new Random(seed));
        }

        Assert.Equal([7], plan.Wanted(plan.StateBehind(0, 5), 1).Ids!); // behind 8 there is no time for an end
        Assert.Equal(WantedScores.All, new DecodingPlan(new GenerationOptions { LogProbabilities = true }, _backbone.Tokenizer, 0, 3, allowed).Wanted(0, 0));
        Assert.Equal(WantedScores.All, new BeamSearch(new DecodingPlan(new GenerationOptions { Beams = 2 }, _backbone.Tokenizer, 0, 3, null)).Wanted);
    }

    [Fact]
    public void The_longest_answer_is_that_of_the_choice_or_of_the_option()
    {
        TokenAutomaton allowed = TokenAutomaton.Of([[5, 7, 1], [5, 8, 9, 1], [6, 1]], 1);
        Assert.Equal((2, 4), (allowed.Shortest, allowed.Longest));
        Assert.Equal(4, new DecodingPlan(new GenerationOptions(), _backbone.Tokenizer, 0, 20, allowed).MostTokens);
        Assert.Equal(3, new DecodingPlan(new GenerationOptions(), _backbone.Tokenizer, 0, 3, allowed).MostTokens);
        Assert.Equal(20, new DecodingPlan(new GenerationOptions(), _backbone.Tokenizer, 0, 20, null).MostTokens);
        PrefixTree end = new() { IsEnd = true }, middle = new(), start = new();
        (start.Next[5], start.Next[6], middle.Next[7]) = (middle, end, end);
        Assert.Equal(3, TokenAutomaton.Of(start, 1, Vocabulary).Longest); // the end is reached on two ways
        middle.Next[8] = start;
        Assert.Equal(int.MaxValue, TokenAutomaton.Of(start, 1, Vocabulary).Longest);
    }

    // Both write the same; the second sees what it wants, and no more.
    private static void Compare(SampledText all, SampledText few, Random random)
    {
        int[] next = [0];
        while (next.Length > 0)
        {
            float[] scores = [.. Enumerable.Range(0, Vocabulary).Select(_ => (random.Next(40) / 4f) - 5)]; // with ties
            float[] left = [.. scores];
            WantedScores wanted = few.Wanted;
            float least = wanted.Count == 0 ? float.NegativeInfinity : scores.OrderDescending().ElementAt(Math.Min(wanted.Count, Vocabulary) - 1);
            for (int i = 0; i < Vocabulary; i++)
            {
                left[i] = wanted.Ids is { } ids ? (ids.Contains(i) ? left[i] : float.NegativeInfinity) : left[i] >= least ? left[i] : float.NegativeInfinity;
            }

            next = all.Advance(scores);
            Assert.Equal(next, few.Advance(left));
            Assert.Equal(all.Written[0].Ids, few.Written[0].Ids);
        }
    }
}
