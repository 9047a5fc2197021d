using Spot.Backbone;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>The same model on a CUDA device; skipped where there is none. Run it with a CUDA backend package in place of TorchSharp-cpu.</summary>
public class CudaTests
{
    private const double Tolerance = 1e-3;

    [Fact]
    public void Forward_and_gradient_equal_the_reference()
    {
        SkipWithoutCuda();
        string folder = TestPaths.Golden(Path.Combine("t5", "v1_1"));
        using FrozenT5 model = TestModels.Load(folder, device: CUDA);
        foreach (GoldenCase golden in GoldenCase.Read(folder))
        {
            ReferenceRun run = ReferenceRun.Of(model, golden);
            Compare("encoder", run.Encoder, ReferenceRun.ExpectedEncoder(golden, model.Config.Dim));
            Compare("logits", run.Logits, golden["logits"]);
            Assert.Equal(golden.Info.GetProperty("loss_mean").GetDouble(), run.Loss, Tolerance);
            if (run.PromptGradient is not null)
            {
                Compare("prompt_grad", run.PromptGradient, golden["prompt_grad"]);
            }

            void Compare(string name, float[] actual, float[] expected)
            {
                double difference = GoldenData.Difference(actual, expected);
                Assert.True(difference < Tolerance, $"{golden.Name} {name}: {difference:E2}");
            }
        }
    }

    [Fact]
    public async Task Tuning_is_the_same_on_both_devices()
    {
        SkipWithoutCuda();
        TextExample[] rows = [new("The bridge is 12 metres long.", "fact"), new("I think that it is lovely.", "opinion")];
        TextTask task = new("toy", ["fact", "opinion"], rows, rows);
        TuningOptions options = TuningOptions.SmallModel();
        (options.Steps, options.BatchSize, options.Dropout) = (3, 4, 0.1);
        List<TuningResult> results = [];
        foreach (string device in new[] { "cpu", "cuda" })
        {
            using T5Backbone backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = device, Precision = BackbonePrecision.Float32 });
            results.Add(await new Spot.Tuning.PromptTuner(backbone).TuneAsync(task, options, cancellationToken: TestContext.Current.CancellationToken));
        }

        // Same start, order and dropout on both. Adafactor's first steps divide the gradient by its own size, which magnifies rounding: compare the losses.
        Assert.All(results[0].Losses.Zip(results[1].Losses), pair => Assert.Equal(pair.First, pair.Second, 0.01 * pair.First));
    }

    private static void SkipWithoutCuda()
    {
        TorchRuntime.EnsureLoaded();
        Assert.SkipUnless(cuda.is_available(), "No CUDA device is usable: torch.cuda.is_available() is false.");
    }
}
