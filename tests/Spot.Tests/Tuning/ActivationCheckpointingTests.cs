using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Computing the encoder's blocks twice instead of keeping them changes nothing.</summary>
public class ActivationCheckpointingTests
{
    public static TheoryData<string, double> Cases()
    {
        TheoryData<string, double> cases = [];
        foreach (string name in new[] { "v1_0", "v1_1", "gated_tied", "silu" })
        {
            cases.Add(name, 0);
            cases.Add(name, 0.25);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_by_hand_is_the_same_to_the_bit(string name, double dropout) => AssertSame(name, dropout, automatic: false);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_by_automatic_differentiation_is_the_same_to_the_bit(string name, double dropout) => AssertSame(name, dropout, automatic: true);

    private static void AssertSame(string name, double dropout, bool automatic)
    {
        string folder = TestPaths.Golden(Path.Combine("t5", name));
        using FrozenT5 model = TestModels.Load(folder);
        foreach (GoldenCase golden in GoldenCase.Read(folder).Where(c => c.PromptLength > 0))
        {
            EncodedExample[] batch = [.. golden.Inputs.Zip(golden.Targets, (input, target) => new EncodedExample(input, target))];
            (float[] kept, double keptLoss) = Gradient(checkpointing: false);
            (float[] again, double loss) = Gradient(checkpointing: true);
            Assert.Equal(kept, again);
            Assert.Equal(keptLoss, loss);

            (float[], double) Gradient(bool checkpointing)
            {
                TuningOptions options = new() { Dropout = dropout, MicroBatchSize = 2, ActivationCheckpointing = checkpointing };
                PromptGradient gradient = new(model, options, automatic);
                return (gradient.ForwardBackward(golden["prompt"], golden.PromptLength, batch, 3), gradient.Loss);
            }
        }
    }
}
