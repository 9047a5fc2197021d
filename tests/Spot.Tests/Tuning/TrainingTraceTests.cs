using System.Text.Json;
using Spot.Backbone;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

/// <summary>Steps of prompt and model tuning against traces of Hugging Face transformers.</summary>
public class TrainingTraceTests
{
    /// <summary>Every run of every file.</summary>
    public static TheoryData<string, string> Runs()
    {
        TheoryData<string, string> runs = [];
        foreach (string folder in GoldenData.Folders("training"))
        {
            foreach (JsonProperty run in GoldenData.Json(Path.Combine(folder, "golden.json")).GetProperty("runs").EnumerateObject())
            {
                runs.Add(folder, run.Name);
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
        using FrozenT5 model = TestModels.Load(folder);
        (TuningOptions options, ModelTuningOptions ofModel) = (Options(run), ModelOptions(name));
        PromptTrainable? prompt = run.TryGetProperty("options", out JsonElement json) ? new PromptTrainable(model, options, [.. tensors["prompt.start"]], null) : null;
        PromptGradient? padded = prompt is not null && json.TryGetProperty("width", out JsonElement width) ? new PromptGradient(model, options, width: width.GetInt32()) : null;
        using ITrainable trainable = prompt ?? (ITrainable)new ModelTrainable(model, ofModel, null);

        // At the paper's rate rounding grows tenfold every ten steps: only the first can be compared.
        bool chaotic = prompt is not null && options.Optimizer.LearningRate >= 0.3;
        JsonElement[] expected = [.. run.GetProperty("float64").EnumerateArray().Take(chaotic ? 8 : int.MaxValue)];
        for (int step = 0; step < expected.Length; step++)
        {
            EncodedExample[] batch = [.. batches[step % batches.Length].Select(i => examples[i])];
            prompt?.Prepare(padded is null ? -1 : step, padded?.ForwardBackward(prompt.Values, prompt.Length, batch, step) ?? [], padded?.Loss ?? 0);
            double loss = trainable.ForwardBackward(batch, step);
            AssertNear(expected[step].GetProperty("loss_mean").GetDouble(), loss, chaotic ? 1e-3 : 2e-3, $"{name} step {step}: loss");
            AssertNear(expected[step].GetProperty("gradient_norm").GetDouble(), trainable.GradientNorm(), 2e-2, $"{name} step {step}: gradient norm");
            trainable.Apply(1, 1);
            foreach (Parameter parameter in trainable.Parameters)
            {
                string after = prompt is not null ? $"{name}.prompt.after.{step + 1}" : $"{name}.after.{step + 1}.{parameter.Name}";
                if (!chaotic && tensors.TryGetValue(after, out float[]? values))
                {
                    double difference = GoldenData.Difference(parameter.Read(), values);
                    double tolerance = step < 50 && prompt is not null ? 1e-4 : 2e-3;
                    Assert.True(difference < tolerance, $"{after}: {difference:E2}");
                }
            }
        }
    }

    private static void AssertNear(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(actual - expected) < tolerance * Math.Abs(expected), $"{what} {actual}, expected {expected}");

    // The options of model tuning are told by the README of the golden files and by the run's name.
    private static ModelTuningOptions ModelOptions(string name) => new()
    {
        Dropout = 0,
        ZLoss = 0,
        BatchSize = 8,
        Optimizer = name.Contains("adamw", StringComparison.Ordinal)
            ? new AdamWOptions { LearningRate = 1e-3, WeightDecay = 0.01 }
            : new AdafactorOptions { LearningRate = 0.01, ScaleParameter = true },
    };

    private static TuningOptions Options(JsonElement run)
    {
        TuningOptions options = new() { Dropout = 0, ZLoss = 0, BatchSize = 8 };
        if (!run.TryGetProperty("options", out JsonElement json))
        {
            return options;
        }

        Assert.Empty(json.EnumerateObject().Select(option => option.Name).Except(["lr", "zloss", "accumulate", "summed", "width"]));
        options.Optimizer.LearningRate = json.GetProperty("lr").GetDouble();
        options.ZLoss = json.TryGetProperty("zloss", out JsonElement z) ? z.GetDouble() : 0;
        options.MicroBatchSize = json.TryGetProperty("accumulate", out JsonElement parts) ? 8 / parts.GetInt32() : 8;
        options.LossReduction = json.TryGetProperty("summed", out _) ? LossReduction.Sum : LossReduction.Mean;
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
