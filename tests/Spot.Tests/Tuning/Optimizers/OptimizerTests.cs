using System.Globalization;
using System.Text.Json;
using Spot.Backbone;
using Spot.Tuning;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Tuning;

public class OptimizerTests
{
    public OptimizerTests() => TorchRuntime.EnsureLoaded();

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

    /// <summary>Every case, on arrays and in tensors.</summary>
    public static TheoryData<string, string, bool> CasesTwice()
    {
        TheoryData<string, string, bool> cases = [];
        foreach ((string folder, string name) in Cases().Select(row => row.Data))
        {
            cases.Add(folder, name, false);
            cases.Add(folder, name, true);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(CasesTwice))]
    public void Follows_the_trace(string folder, string name, bool inTensors)
    {
        JsonElement info = GoldenData.Json(Path.Combine(folder, "traces.json")).GetProperty("cases").EnumerateArray()
            .First(c => c.GetProperty("name").GetString() == name);
        Dictionary<string, float[]> tensors = GoldenData.Tensors(Path.Combine(folder, "traces.safetensors"));
        AdafactorOptions options = Options(info.GetProperty("options"));
        int[] shape = [.. info.GetProperty("shape").EnumerateArray().Select(n => n.GetInt32())];
        float[] parameter = [.. tensors[$"{name}.start"]];
        float[] gradients = tensors[$"{name}.gradients"];
        Steps optimizer = new(options, shape.Length == 1 ? 1 : shape[0], shape[^1], inTensors);
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

    /// <summary>Every file, on arrays and in tensors.</summary>
    public static TheoryData<string, bool> FilesTwice()
    {
        TheoryData<string, bool> files = [];
        foreach (string folder in GoldenData.Folders("adafactor"))
        {
            files.Add(folder, false);
            files.Add(folder, true);
        }

        return files;
    }

    [Theory]
    [MemberData(nameof(FilesTwice))]
    public void AdamW_follows_its_trace(string folder, bool inTensors)
    {
        JsonElement traces = GoldenData.Json(Path.Combine(folder, "traces.json"));
        Dictionary<string, float[]> tensors = GoldenData.Tensors(Path.Combine(folder, "traces.safetensors"));
        float[] parameter = [.. tensors["prompt.start"]];
        Steps optimizer = new(new AdamWOptions { LearningRate = 1e-2 }, 1, parameter.Length, inTensors);
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
        TuningOptions options = new() { WarmupSteps = 4, Steps = 20, DecaySteps = 5, LearningRateSchedule = LearningRateSchedule.WarmupStableDecay };
        double[] expected = [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2, 0];
        Assert.Equal(expected, Enumerable.Range(0, 21).Select(step => Math.Round(LearningRate.Factor(options, step), 12)));
    }

    // The names say what the schedules are: warmup_STEPS, KIND_decay_STEPS. The inverse square root is 1 / √step, which is √warm-up of ours.
    private static TuningOptions Schedule(string name)
    {
        int[] numbers = [.. name.Split('_').Where(part => int.TryParse(part, out _)).Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        TuningOptions options = new() { WarmupSteps = numbers.FirstOrDefault(), Steps = numbers.Length > 1 ? numbers[1] : 30_000 };
        options.LearningRateSchedule = name.Contains("linear_decay", StringComparison.Ordinal) ? LearningRateSchedule.Linear
            : name.Contains("cosine", StringComparison.Ordinal) ? LearningRateSchedule.Cosine
            : name.Contains("rsqrt", StringComparison.Ordinal) ? LearningRateSchedule.InverseSquareRoot
            : LearningRateSchedule.Constant;
        options.Optimizer.LearningRate = options.LearningRateSchedule == LearningRateSchedule.InverseSquareRoot ? 1 / Math.Sqrt(options.WarmupSteps) : 0.3;
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
                case "scale": options.ScaleParameter = option.Value.GetBoolean(); break;
                default: throw new InvalidDataException($"Unknown option '{option.Name}' in the golden file.");
            }
        }

        return options;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void In_tensors_as_on_arrays(bool relative)
    {
        OptimizerOptions[] all =
        [
            new AdafactorOptions { Beta1 = 0.9, WeightDecay = 1e-3, ScaleParameter = relative },
            new AdamWOptions { WeightDecay = 0.1, ScaleParameter = relative },
            new MuonOptions(),
        ];
        foreach (OptimizerOptions options in all)
        {
            (int rows, int columns) = (130, 160); // factored
            float[] one = NumberStream.Uniform("start", rows * columns, 1), other = [.. one];
            Steps arrays = new(options, rows, columns, false), tensors = new(options, rows, columns, true);
            for (int step = 0; step < 5; step++)
            {
                float[] gradient = NumberStream.Uniform($"gradient {step}", rows * columns, 1e-3f);
                arrays.Apply(one, gradient);
                tensors.Apply(other, gradient);
            }

            Assert.True(GoldenData.Difference(one, other) < 1e-6, $"{options.GetType().Name}: {GoldenData.Difference(one, other):E2}");
        }
    }

    // An optimiser on arrays, or its twin in tensors.
    private sealed class Steps(OptimizerOptions options, int rows, int columns, bool inTensors)
    {
        private readonly Optimizer? _arrays = inTensors ? null : OptimizerFactory.Create(options, rows, columns);
        private readonly TensorOptimizer? _tensors = inTensors ? OptimizerFactory.Create(options, rows, columns, CPU) : null;

        public void Apply(float[] parameter, ReadOnlySpan<float> gradient)
        {
            if (_arrays is not null)
            {
                _arrays.Apply(parameter, gradient);
                return;
            }

            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            Tensor values = tensor(parameter, [rows, columns]);
            _tensors!.Apply(values, tensor(gradient.ToArray(), [rows, columns]));
            values.data<float>().ToArray().CopyTo(parameter, 0);
        }
    }
}
