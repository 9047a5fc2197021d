using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>All targets in one pass against each target of each row alone, computed by tensor operations.</summary>
public class TreeScoresTests
{
    private static readonly int[] PromptLengths = [0, 3, 20, 7];

    public static TheoryData<string, int, int> Sets => new()
    {
        { "t5/v1_1", 1, 4 }, { "t5/v1_1", 12, 6 }, { "t5/v1_1", 77, 6 }, { "t5/v1_1", 9, 61 }, { "t5/v1_1", 3, 300 },
        { "t5/v1_0", 20, 5 }, { "t5/mt5", 20, 5 }, { "t5/silu", 20, 5 }, { "t5/relu_untied", 20, 5 }, { "spot-tiny", 40, 12 }, { "spot-tiny", 77, 6 },
    };

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_score_equals_the_target_alone(string name, int count, int longest)
    {
        using FrozenT5 model = TestModels.Load(name == "spot-tiny" ? TestModels.SpotTiny : TestPaths.Golden(name));
        Check(model, RandomTargets.Of(count, count, longest));
    }

    [Fact]
    public void Random_sets_equal_each_target_alone()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        for (int set = 0; set < 30; set++)
        {
            Check(model, RandomTargets.Of(set, 1 + (set * 7 % 20), 1 + (set % 6)));
        }
    }

    [Fact]
    public void Equal_targets_and_beginnings_of_others_have_their_own_scores()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        Check(model, [[9, 1]]);
        Check(model, [[9, 1], [9, 1], [9, 1]]);
        Check(model, [[9, 8, 7, 1], [9, 1], [9, 8, 1], [9, 8, 7, 6, 5, 1]]);
        Check(model, [[9, 8], [9, 8, 1], [9], [1]]); // without the end of sequence
    }

    private static void Check(FrozenT5 model, int[][] targets)
    {
        using DisposeScope scope = NewDisposeScope();
        int[][] inputs = TestPrompts.Inputs(5);
        SoftPrompt?[] prompts = [.. PromptLengths.Select((length, i) => length == 0 ? null : TestPrompts.Of(model, length, i))];
        using PromptStack stack = model.Stack(prompts);
        int[] choice = [.. inputs.Select((_, row) => row % prompts.Length)];
        double[][] scores;
        using (no_grad())
        {
            EncodedBatch encoded = model.Encode(stack, choice, new TokenBatch(inputs, model.Config.PadId, model.Device));
            scores = TreeScores.Run(model, encoded, TargetTree.Of(targets, model.Config.DecoderStartId));
        }

        for (int row = 0; row < inputs.Length; row++)
        {
            using DisposeScope own = NewDisposeScope();
            EncodedBatch alone = model.Encode(TestPrompts.Rows(prompts[choice[row]]), new TokenBatch([inputs[row]], model.Config.PadId, model.Device));
            Dictionary<string, double> known = [];
            for (int target = 0; target < targets.Length; target++)
            {
                string text = string.Join(' ', targets[target]);
                if (!known.TryGetValue(text, out double expected))
                {
                    using DisposeScope one = NewDisposeScope();
                    known[text] = expected = -TestModels.Floats(model.Score(alone, [targets[target]]).NegativeLogLikelihood).Sum(value => (double)value);
                }

                Assert.Equal(expected, scores[row][target], 1e-5 * Math.Abs(expected));
            }
        }
    }
}
