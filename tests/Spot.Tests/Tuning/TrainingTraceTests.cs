using System.Text.Json;
using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>200 steps of prompt tuning against traces of Hugging Face transformers.</summary>
public class TrainingTraceTests
{
    /// <summary>Runs of prompt tuning whose loss is the batch's mean: the others are no mode of the tuner.</summary>
    public static TheoryData<string, string> Runs()
    {
        TheoryData<string, string> runs = [];
        foreach (string folder in GoldenData.Folders("training"))
        {
            foreach (JsonProperty run in GoldenData.Json(Path.Combine(folder, "golden.json")).GetProperty("runs").EnumerateObject())
            {
                bool summed = run.Value.TryGetProperty("options", out JsonElement options) && options.TryGetProperty("summed", out _);
                if (options.ValueKind == JsonValueKind.Object && !summed)
                {
                    runs.Add(folder, run.Name);
                }
            }
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Follows_the_trace(string folder, string name)
    {
        JsonElement run = GoldenData.Json(Path.Combine(folder, "golden.json")).GetProperty("runs").GetProperty(name);
        Dictionary<string, float[]> tensors = GoldenData.Tensors(Path.Combine(folder, "golden.safetensors"));
        (EncodedExample[] examples, int[][] batches) = ReadData(Path.Combine(folder, "data.json"));
        TuningOptions options = Options(run.GetProperty("options"));
        using FrozenT5 model = TestModels.Load(folder);
        float[] prompt = [.. tensors["prompt.start"]];
        int length = prompt.Length / model.Config.Dim;
        PromptGradient gradient = new(model, options);
        Adafactor optimizer = new((AdafactorOptions)options.Optimizer, length, model.Config.Dim);

        // At the paper's rate rounding grows tenfold every ten steps: only the first can be compared.
        bool chaotic = options.Optimizer.LearningRate >= 0.3;
        JsonElement[] expected = [.. run.GetProperty("float64").EnumerateArray().Take(chaotic ? 8 : int.MaxValue)];
        for (int step = 0; step < expected.Length; step++)
        {
            float[] slope = gradient.Compute(prompt, length, [.. batches[step % batches.Length].Select(i => examples[i])], step);
            double loss = expected[step].GetProperty("loss_mean").GetDouble();
            Assert.True(Math.Abs(gradient.Loss - loss) < (chaotic ? 1e-3 : 2e-3) * loss, $"{name} step {step}: loss {gradient.Loss}, expected {loss}");
            optimizer.Apply(prompt, slope);
            if (!chaotic && tensors.TryGetValue($"{name}.prompt.after.{step + 1}", out float[]? after))
            {
                double difference = GoldenData.Difference(prompt, after);
                Assert.True(difference < (step < 50 ? 1e-4 : 2e-3), $"{name} after {step + 1} steps: {difference:E2}");
            }
        }
    }

    private static TuningOptions Options(JsonElement json)
    {
        TuningOptions options = new() { Dropout = 0, ZLoss = 0, BatchSize = 8 };
        options.Optimizer.LearningRate = json.GetProperty("lr").GetDouble();
        options.ZLoss = json.TryGetProperty("zloss", out JsonElement z) ? z.GetDouble() : 0;
        options.MicroBatchSize = json.TryGetProperty("accumulate", out JsonElement parts) ? 8 / parts.GetInt32() : 8;
        return options;
    }

    private static (EncodedExample[] Examples, int[][] Batches) ReadData(string path)
    {
        JsonElement data = GoldenData.Json(path);
        return (
            [.. data.GetProperty("examples").EnumerateArray().Select(e => new EncodedExample(Ids(e.GetProperty("input")), Ids(e.GetProperty("target"))))],
            [.. data.GetProperty("batches").EnumerateArray().Select(Ids)]);
    }

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];
}
