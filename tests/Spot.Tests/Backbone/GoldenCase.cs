using System.Text.Json;

namespace Spot.Tests.Backbone;

/// <summary>One case of a T5 golden: inputs without padding and what the reference computed.</summary>
internal sealed class GoldenCase
{
    private readonly Dictionary<string, float[]> _tensors;

    public GoldenCase(JsonElement info, Dictionary<string, float[]> tensors)
    {
        Info = info;
        Name = info.GetProperty("name").GetString()!;
        _tensors = tensors;
        int[] lengths = [.. info.GetProperty("lengths").EnumerateArray().Select(n => n.GetInt32())];
        int[] targetLengths = [.. info.GetProperty("target_lengths").EnumerateArray().Select(n => n.GetInt32())];
        Inputs = Rows("input_ids", lengths);
        Targets = Rows("labels", targetLengths);
        PromptLength = info.GetProperty("prompt_length").GetInt32();
    }

    public string Name { get; }

    public JsonElement Info { get; }

    public int[][] Inputs { get; }

    public int[][] Targets { get; }

    public int PromptLength { get; }

    public float[] this[string tensor] => _tensors[$"{Name}.{tensor}"];

    public bool Has(string tensor) => _tensors.ContainsKey($"{Name}.{tensor}");

    public static IEnumerable<GoldenCase> Read(string folder)
    {
        Dictionary<string, float[]> tensors = GoldenData.Tensors(Path.Combine(folder, "golden.safetensors"));
        foreach (JsonElement info in GoldenData.Json(Path.Combine(folder, "golden.json")).GetProperty("cases").EnumerateArray())
        {
            yield return new GoldenCase(info, tensors);
        }
    }

    private int[][] Rows(string tensor, int[] lengths)
    {
        float[] flat = this[tensor];
        int width = flat.Length / lengths.Length;
        return [.. lengths.Select((length, row) => flat.AsSpan(row * width, length).ToArray().Select(id => (int)id).ToArray())];
    }
}
