using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Several prompts in one batch get the gradients of separate passes.</summary>
public class SharedGradientTests
{
    private const int Length = 6;
    private static readonly int[] InputLengths = [2, 11, 19, 5, 8, 13, 4, 11], TargetLengths = [2, 2, 9, 2, 3, 2, 4, 6];

    public static TheoryData<double, int, bool> Cases => new()
    {
        { 0, 8, false },
        { 0.1, 8, false },
        { 0.1, 3, false },
        { 0.1, 3, true },
    };

    // Tight rather than to the bit: larger products may sum in another order.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_prompt_gets_what_it_gets_alone(double dropout, int microBatch, bool automatic)
    {
        using FrozenT5 model = TestModels.Load(TestPaths.Golden(Path.Combine("t5", "v1_1")));
        TuningOptions options = new() { Dropout = dropout, MicroBatchSize = microBatch, ZLoss = 0.01 };
        EncodedExample[] batch = [.. InputLengths.Select((length, i) => new EncodedExample(Ids(model, $"input {i}", length), Ids(model, $"target {i}", TargetLengths[i])))];
        float[][] prompts = [.. Enumerable.Range(0, 5).Select(i => NumberStream.Uniform($"prompt {i}", Length * model.Config.Dim, 2))];
        PromptGradient together = new(model, options, automatic), alone = new(model, options, automatic);
        float[][] gradients = together.ForwardBackward(prompts, Length, batch, 3);
        Assert.Equal(prompts.Length, gradients.Length);
        for (int i = 0; i < prompts.Length; i++)
        {
            float[] expected = alone.ForwardBackward(prompts[i], Length, batch, 3);
            Assert.True(GoldenData.Difference(gradients[i], expected) < 1e-5, $"prompt {i}: {GoldenData.Difference(gradients[i], expected):E2}");
            Assert.Equal(alone.Loss, together.Losses[i], 1e-6 * alone.Loss);
        }

        Assert.True(GoldenData.Difference(gradients[0], gradients[1]) > 0.1); // the prompts differ, and so do their gradients
    }

    private static int[] Ids(FrozenT5 model, string name, int length) =>
        [.. NumberStream.Top24(name, length - 1).Select(number => 2 + (number % (model.Config.VocabularySize - 2))), model.Config.EosId];
}
