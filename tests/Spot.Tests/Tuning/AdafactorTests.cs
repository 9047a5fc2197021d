using System.Text.Json;
using Spot.Tuning;

namespace Spot.Tests.Tuning;

public class AdafactorTests
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
