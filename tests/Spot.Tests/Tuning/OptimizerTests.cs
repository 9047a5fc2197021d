using System.Globalization;
using System.Text.Json;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

public class OptimizerTests
{
    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        foreach (string folder in GoldenData.Folders("adafactor"))
        {
            foreach (JsonElement info in GoldenData.Json(Path.Combine(folder, "traces.json")).GetProperty("cases").EnumerateArray())
            {
                cases.Add(folder, info.GetProperty("name").GetString()!);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Follows_the_trace(string folder, string name)
    {
        JsonElement info = GoldenData.Json(Path.Combine(folder, "traces.json")).GetProperty("cases").EnumerateArray()
            .First(c => c.GetProperty("name").GetString() == name);
        Dictionary<string, float[]> tensors = GoldenData.Tensors(Path.Combine(folder, "traces.safetensors"));
        AdafactorOptions options = Options(info.GetProperty("options"));
        int[] shape = [.. info.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())];
        float[] parameter = [.. tensors[$"{name}.start"]];
        float[] gradients = tensors[$"{name}.gradients"];
        Adafactor optimizer = new(options, shape.Length == 1 ? 1 : shape[0], shape[^1]);
        int compared = 0;
        for (int step = 0; step < info.GetProperty("steps").GetInt32(); step++)
        {
            optimizer.Apply(parameter, gradients.AsSpan(step * parameter.Length, parameter.Length));
            if (tensors.TryGetValue($"{name}.after.{step + 1}", out float[]? expected))
            {
                compared++;
                double difference = GoldenData.Difference(parameter, expected);
                double tolerance = options.StepOffset > 0 ? 1e-3 : 2e-5;
                Assert.True(difference < tolerance, $"{name} after {step + 1} steps: {difference:E2}");
            }
        }

        Assert.True(compared > 0);
    }

    /// <summary>PyTorch's AdamW on the same gradients; and the learning rates of T5X.</summary>
    public static TheoryData<string> Files() => [.. GoldenData.Folders("adafactor")];

    [Theory]
    [MemberData(nameof(Files))]
    public void AdamW_follows_its_trace(string folder)
    {
        JsonElement traces = GoldenData.Json(Path.Combine(folder, "traces.json"));
        Dictionary<string, float[]> tensors = GoldenData.Tensors(Path.Combine(folder, "traces.safetensors"));
        float[] parameter = [.. tensors["prompt.start"]];
        AdamW optimizer = new(new AdamWOptions { LearningRate = 1e-2 }, parameter.Length);
        int last = traces.GetProperty("steps_kept").EnumerateArray().Max(step => step.GetInt32());
        for (int step = 0; step < last; step++)
        {
            optimizer.Apply(parameter, tensors["prompt.gradients"].AsSpan(step * parameter.Length, parameter.Length));
            if (tensors.TryGetValue($"adamw.after.{step + 1}", out float[]? expected))
            {
                Assert.True(GoldenData.Difference(parameter, expected) < 2e-5, $"after {step + 1} steps: {GoldenData.Difference(parameter, expected):E2}");
            }
        }

        Assert.Contains($"adamw.after.{last}", tensors.Keys);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Learning_rates_are_those_of_the_schedules(string folder)
    {
        JsonElement schedules = GoldenData.Json(Path.Combine(folder, "traces.json")).GetProperty("schedules");
        foreach (JsonProperty schedule in schedules.EnumerateObject())
        {
            TuningOptions options = Schedule(schedule.Name);
            foreach (JsonProperty step in schedule.Value.EnumerateObject())
            {
                double rate = options.Optimizer.LearningRate * LearningRate.Factor(options, long.Parse(step.Name, CultureInfo.InvariantCulture));
                Assert.Equal(step.Value.GetDouble(), rate, 1e-12);
            }
        }
    }

    [Fact]
    public void A_stable_rate_rises_stays_and_falls()
    {
        TuningOptions options = new() { WarmupSteps = 4, Steps = 20, DecaySteps = 5, Decay = LearningRateDecay.StableLinear };
        double[] expected = [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2, 0];
        Assert.Equal(expected, Enumerable.Range(0, 21).Select(step => Math.Round(LearningRate.Factor(options, step), 12)));
    }

    // The names say what the schedules are: warmup_STEPS, KIND_decay_STEPS. The inverse square root is 1 / √step, which is √warm-up of ours.
    private static TuningOptions Schedule(string name)
    {
        int[] numbers = [.. name.Split('_').Where(part => int.TryParse(part, out _)).Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        TuningOptions options = new() { WarmupSteps = numbers.FirstOrDefault(), Steps = numbers.Length > 1 ? numbers[1] : 30_000 };
        options.Decay = name.Contains("linear_decay", StringComparison.Ordinal) ? LearningRateDecay.Linear
            : name.Contains("cosine", StringComparison.Ordinal) ? LearningRateDecay.Cosine
            : name.Contains("rsqrt", StringComparison.Ordinal) ? LearningRateDecay.InverseSquareRoot
            : LearningRateDecay.Constant;
        options.Optimizer.LearningRate = options.Decay == LearningRateDecay.InverseSquareRoot ? 1 / Math.Sqrt(options.WarmupSteps) : 0.3;
        return options;
    }

    private static AdafactorOptions Options(JsonElement json)
    {
        AdafactorOptions options = new();
        foreach (JsonProperty option in json.EnumerateObject())
        {
            switch (option.Name)
            {
                case "lr": options.LearningRate = option.Value.GetDouble(); break;
                case "offset": options.StepOffset = option.Value.GetInt64(); break;
                case "clip": options.ClippingThreshold = option.Value.GetDouble(); break;
                case "decay": options.DecayRate = option.Value.GetDouble(); break;
                case "wd": options.WeightDecay = option.Value.GetDouble(); break;
                case "beta1": options.Beta1 = option.Value.ValueKind == JsonValueKind.Null ? null : option.Value.GetDouble(); break;
                case "scale": options.ScaleByParameter = option.Value.GetBoolean(); break;
                default: throw new InvalidDataException($"Unknown option '{option.Name}' in the golden file.");
            }
        }

        return options;
    }
}
