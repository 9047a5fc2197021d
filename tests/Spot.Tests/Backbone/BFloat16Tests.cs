using Spot.Backbone;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>
/// The model in bfloat16 on the CPU stays near the float32 reference. bfloat16 carries 8 bits: each rounding is up to 2^-9, or 0.2 %.
/// Measured on these small random checkpoints: encoder at most 3.1 % and logits 4.4 % of the largest, loss 2.1 %, cosine of gradients at least 0.992.
/// </summary>
public class BFloat16Tests
{
    public static TheoryData<string> Checkpoints => ["v1_1", "v1_0"];

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Forward_and_gradient_stay_near_the_reference(string checkpoint)
    {
        string folder = TestPaths.Golden(Path.Combine("t5", checkpoint));
        using FrozenT5 model = TestModels.Load(folder, ScalarType.BFloat16);
        foreach (GoldenCase golden in GoldenCase.Read(folder))
        {
            ReferenceRun run = ReferenceRun.Of(model, golden);
            double encoder = GoldenData.Difference(run.Encoder, ReferenceRun.ExpectedEncoder(golden, model.Config.Dim));
            double logits = GoldenData.Difference(run.Logits, golden["logits"]);
            double loss = golden.Info.GetProperty("loss_mean").GetDouble();
            double cosine = run.PromptGradient is null ? 1 : Cosine(run.PromptGradient, golden["prompt_grad"]);
            Assert.True(encoder is > 1e-4 and < 0.05, $"{golden.Name} encoder: {encoder:E2}");
            Assert.True(logits < 0.07, $"{golden.Name} logits: {logits:E2}");
            Assert.Equal(loss, run.Loss, 0.04 * loss);
            Assert.True(cosine > 0.98, $"{golden.Name} gradient cosine: {cosine:F4}");
            Assert.All(run.PromptGradient ?? [], value => Assert.True(float.IsFinite(value)));
        }
    }

    private static double Cosine(float[] a, float[] b) =>
        a.Zip(b, (x, y) => (double)x * y).Sum() / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(y => (double)y * y));
}
