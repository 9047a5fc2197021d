using Spot.Backbone;
using Spot.Inference;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>The same model on a CUDA device; skipped where there is none. With a CUDA backend package in place of TorchSharp-cpu and SPOT_TEST_DEVICE=cuda all other tests of models run there too.</summary>
public class CudaTests
{
    private const double Tolerance = 1e-3;

    [Theory]
    [MemberData(nameof(T5GoldenTests.Checkpoints), MemberType = typeof(T5GoldenTests))]
    public void Forward_and_gradient_equal_the_reference(string folder)
    {
        SkipWithoutCuda();
        using FrozenT5 model = TestModels.Load(folder, device: CUDA);
        foreach (GoldenCase golden in GoldenCase.Read(T5GoldenTests.GoldenFolder(folder)))
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
    public async Task Answers_are_the_same_on_both_devices()
    {
        SkipWithoutCuda();
        string[] texts = ["sentence: The bridge is 12 metres long.", "sentence: I think that it is lovely.", "sentence: Nine boats turn all day."];
        List<(string Text, double[] Probabilities, float[] Embedding)[]> answers = [];
        foreach ((string device, BackbonePrecision precision) in new[] { ("cpu", BackbonePrecision.Float32), ("cuda", BackbonePrecision.Float32), ("cuda", BackbonePrecision.BFloat16) })
        {
            using T5Backbone backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = device, Precision = precision });
            using PromptInference inference = new(backbone);
            PromptRequest[] requests = [.. texts.Select((text, i) => new PromptRequest(text) { Prompt = i == 0 ? null : TestPrompts.Of(backbone.Model, 4 * i, i), Labels = ["fact", "opinion", "yes it is"] })];
            GenerationOptions beams = new() { Beams = 3, MaxNewTokens = 8 };
            answers.Add([.. await Task.WhenAll(requests.Select(async request =>
            {
                GenerationResult written = await inference.GenerateAsync(request, beams, TestContext.Current.CancellationToken);
                ClassificationResult classes = await inference.ClassifyAsync(request, cancellationToken: TestContext.Current.CancellationToken);
                EmbeddingResult embedding = await inference.EmbedAsync(request, TestContext.Current.CancellationToken);
                return (written.Outputs[0].Text, classes.Labels.Select(label => label.LogProbability).ToArray(), embedding.Values.ToArray());
            }))]);
        }

        for (int i = 0; i < texts.Length; i++)
        {
            Assert.Equal(answers[0][i].Text, answers[1][i].Text);
            Assert.All(answers[0][i].Probabilities.Zip(answers[1][i].Probabilities), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
            Assert.All(answers[0][i].Probabilities.Zip(answers[2][i].Probabilities), pair => Assert.Equal(pair.First, pair.Second, 0.05 * Math.Abs(pair.First)));
            Assert.True(GoldenData.Difference(answers[1][i].Embedding, answers[0][i].Embedding) < Tolerance);
            Assert.True(GoldenData.Difference(answers[2][i].Embedding, answers[0][i].Embedding) < 0.05);
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
