using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spot.Backbone;
using Spot.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>The bundled model against its reference outputs, tokenizer included.</summary>
public class SpotTinyTests
{
    [Fact]
    public void Outputs_equal_the_reference()
    {
        string folder = TestPaths.Golden("spot-tiny");
        JsonElement golden = GoldenData.Json(Path.Combine(folder, "golden.json"));
        string weights = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(TestModels.SpotTiny, "model.safetensors"))));
        Assert.True(golden.GetProperty("fingerprint").GetString() == weights, "models/spot-tiny has other weights than Golden/spot-tiny was made with; make new reference outputs.");
        Dictionary<string, float[]> tensors = GoldenData.Tensors(Path.Combine(folder, "golden.safetensors"));
        using T5Backbone backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        using IDisposable noGradient = no_grad();
        int i = 0;
        foreach (JsonElement example in golden.GetProperty("cases").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            Outputs found = Run(backbone, example.GetProperty("input").GetString()!, example.GetProperty("target").GetString()!);
            Assert.Equal(Ids(example.GetProperty("input_ids")), found.Input);
            Assert.Equal(Ids(example.GetProperty("label_ids")), found.Target);
            Assert.True(GoldenData.Difference(TestModels.Floats(found.Encoder), tensors[$"{i}.encoder"]) < 2e-5);
            Assert.True(GoldenData.Difference(TestModels.Floats(found.Logits), tensors[$"{i}.logits"]) < 2e-5);
            double loss = example.GetProperty("loss").GetDouble();
            Assert.Equal(loss, found.Losses.Average(v => (double)v), 1e-5 * Math.Max(1, loss));
            Assert.Equal(Ids(example.GetProperty("greedy")).Skip(1), found.Written);
            Assert.Equal(example.GetProperty("greedy_text").GetString(), backbone.Tokenizer.Decode(found.Written));
            i++;
        }

        Assert.True(i > 0);
    }

    /// <summary>
    /// Makes the reference outputs anew, after the model was replaced: by the float32 path, which the goldens of other implementations test
    /// (<c>Golden/t5</c>). Run by name, with xunit's <c>-explicit only</c>.
    /// </summary>
    [Fact(Explicit = true)]
    public void Write_the_reference_outputs()
    {
        string folder = TestPaths.Golden("spot-tiny"), path = Path.Combine(folder, "golden.json");
        JsonNode golden = JsonNode.Parse(File.ReadAllText(path))!;
        golden["fingerprint"] = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(TestModels.SpotTiny, "model.safetensors"))));
        List<SafetensorsEntry> tensors = [];
        using T5Backbone backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        using IDisposable noGradient = no_grad();
        int i = 0;
        foreach (JsonNode? example in golden["cases"]!.AsArray())
        {
            using DisposeScope scope = NewDisposeScope();
            Outputs made = Run(backbone, example!["input"]!.GetValue<string>(), example["target"]!.GetValue<string>());
            example["input_ids"] = JsonSerializer.SerializeToNode(made.Input);
            example["label_ids"] = JsonSerializer.SerializeToNode(made.Target);
            example["loss"] = made.Losses.Average(value => (double)value);
            example["target_log_prob"] = -made.Losses.Sum(value => (double)value);
            example["greedy"] = JsonSerializer.SerializeToNode(made.Written.Prepend(0));
            example["greedy_text"] = backbone.Tokenizer.Decode(made.Written);
            tensors.Add(SafetensorsEntry.FromFloats($"{i}.encoder", [.. made.Encoder.shape[1..]], TestModels.Floats(made.Encoder)));
            tensors.Add(SafetensorsEntry.FromFloats($"{i++}.logits", [.. made.Logits.shape[1..]], TestModels.Floats(made.Logits)));
        }

        File.WriteAllText(path, golden.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        using FileStream file = File.Create(Path.Combine(folder, "golden.safetensors"));
        SafetensorsWriter.Write(file, tensors);
    }

    [Fact]
    public void Float16_is_refused_with_the_reason()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float16 }));
        Assert.Contains("65,504", error.Message, StringComparison.Ordinal);
        Assert.Contains("BFloat16", error.Message, StringComparison.Ordinal);
    }

    // Call in a dispose scope.
    private static Outputs Run(T5Backbone backbone, string text, string answer)
    {
        int[] input = backbone.Tokenizer.Encode(text, 512), target = backbone.Tokenizer.Encode(answer, 512);
        FrozenT5 model = TestModels.OnThisThread(backbone.Model);
        EncodedBatch encoded = model.Encode(null, new TokenBatch([input], 0, model.Device));
        return new Outputs(
            input, target, encoded.States, model.Logits(model.Decode(encoded, [target])),
            TestModels.Floats(model.Score(encoded, [target]).NegativeLogLikelihood), model.Greedy(encoded, 12)[0]);
    }

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];

    private sealed record Outputs(int[] Input, int[] Target, Tensor Encoder, Tensor Logits, float[] Losses, int[] Written);
}
