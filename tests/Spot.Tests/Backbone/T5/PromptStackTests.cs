using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Rows behind prompts of different lengths in one batch, against each row by itself.</summary>
public class PromptStackTests
{
    public static TheoryData<string> Models => ["t5/v1_0", "t5/v1_1", "t5/mt5"];

    [Theory]
    [InlineData("t5/v1_0", 12)]
    [InlineData("t5/v1_1", 12)]
    [InlineData("t5/mt5", 12)]
    [InlineData("t5/v1_1", 150)] // several passes of the encoder
    public void A_mixed_batch_equals_each_row_by_itself(string name, int rows)
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden(name));
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        SoftPrompt?[] prompts = Prompts(model);
        int[][] inputs = TestPrompts.Inputs(rows);
        int[] choice = [.. inputs.Select((_, row) => row % prompts.Length)];
        int[][] targets = [.. inputs.Select((_, row) => (int[])[5 + row, 9, 1])];
        EncodedBatch mixed = model.Encode(model.Stack(prompts), choice, new TokenBatch(inputs, model.Config.PadId, model.Device));
        float[] states = TestModels.Floats(mixed.States);
        float[] logits = TestModels.Floats(model.Logits(model.Decode(mixed, targets)));
        int stride = states.Length / inputs.Length;
        int[] used = [.. inputs.Select((input, row) => ((prompts[choice[row]]?.Length ?? 0) + input.Length) * model.Config.Dim)];
        Assert.Equal(stride, used.Max());
        for (int row = 0; row < inputs.Length; row++)
        {
            EncodedBatch alone = model.Encode(TestPrompts.Rows(prompts[choice[row]]), new TokenBatch([inputs[row]], model.Config.PadId, model.Device));
            Assert.True(GoldenData.Difference(states.AsSpan(row * stride, used[row]), TestModels.Floats(alone.States)) < 2e-5, $"states of row {row}");
            int size = logits.Length / inputs.Length;
            float[] expected = TestModels.Floats(model.Logits(model.Decode(alone, [targets[row]])));
            Assert.True(GoldenData.Difference(logits.AsSpan(row * size, size), expected) < 2e-5, $"logits of row {row}");
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Answers_of_mixed_batches_equal_those_of_each_row_by_itself(string name)
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden(name));
        using IDisposable noGradient = no_grad();
        SoftPrompt?[] prompts = Prompts(model);
        int[][] inputs = TestPrompts.Inputs(13); // more rows than one batch has
        int[][][] written = GreedyBatches.Run(model, prompts, inputs, 6, TestContext.Current.CancellationToken);
        HashSet<string> different = [];
        for (int prompt = 0; prompt < prompts.Length; prompt++)
        {
            for (int input = 0; input < inputs.Length; input++)
            {
                using DisposeScope scope = NewDisposeScope();
                EncodedBatch alone = model.Encode(TestPrompts.Rows(prompts[prompt]), new TokenBatch([inputs[input]], model.Config.PadId, model.Device));
                Assert.Equal(model.Greedy(alone, 6)[0], written[prompt][input]);
                different.Add(string.Join(' ', written[prompt][input]));
            }
        }

        Assert.True(different.Count > prompts.Length, "the answers hardly differ, so that a mixed-up row would not show");
    }

    [Fact]
    public void Rows_of_one_length_need_no_mask()
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden("t5/v1_1"));
        using DisposeScope scope = NewDisposeScope();
        using PromptStack stack = model.Stack([TestPrompts.Of(model, 2, 0), TestPrompts.Of(model, 4, 1)]);
        Assert.Null(stack.KeyMask([0, 1], new TokenBatch([[5, 6, 1], [1]], 0, model.Device))); // 2 + 3 = 4 + 1
        Assert.Equal([2, 1, 1, 5], stack.KeyMask([1, 0], new TokenBatch([[1], [5, 1]], 0, model.Device))!.shape);
    }

    private static SoftPrompt?[] Prompts(FrozenT5 model) => [TestPrompts.Of(model, 3, 0), TestPrompts.Of(model, 20, 1), null, TestPrompts.Of(model, 1, 2)];
}
