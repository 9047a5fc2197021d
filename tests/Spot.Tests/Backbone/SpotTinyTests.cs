using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spot.Backbone;
using Spot.Interop;
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
        using T5Backbone backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = "cpu", Precision = BackbonePrecision.Float32 });
        using IDisposable noGradient = no_grad();
        int i = 0;
        foreach (JsonElement example in golden.GetProperty("cases").EnumerateArray())
        {
            using DisposeScope scope = NewDisposeScope();
            int[] input = backbone.Tokenizer.Encode(example.GetProperty("input").GetString()!, 512);
            int[] target = backbone.Tokenizer.Encode(example.GetProperty("target").GetString()!, 512);
            Assert.Equal(Ids(example.GetProperty("input_ids")), input);
            Assert.Equal(Ids(example.GetProperty("label_ids")), target);

            EncodedBatch encoded = backbone.Model.Encode(null, new TokenBatch([input], 0, CPU));
            Assert.True(GoldenData.Difference(TestModels.Floats(encoded.States), tensors[$"{i}.encoder"]) < 2e-5);
            Assert.True(GoldenData.Difference(TestModels.Floats(backbone.Model.Logits(backbone.Model.Decode(encoded, [target]))), tensors[$"{i}.logits"]) < 2e-5);
            double loss = example.GetProperty("loss").GetDouble();
            Assert.Equal(loss, TestModels.Floats(backbone.Model.Score(encoded, [target]).NegativeLogLikelihood).Average(v => (double)v), 1e-5 * Math.Max(1, loss));

            int[] written = backbone.Model.Greedy(encoded, 12)[0];
            Assert.Equal(Ids(example.GetProperty("greedy")).Skip(1), written);
            Assert.Equal(example.GetProperty("greedy_text").GetString(), backbone.Tokenizer.Decode(written));
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
        using T5Backbone backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = "cpu", Precision = BackbonePrecision.Float32 });
        using IDisposable noGradient = no_grad();
        int i = 0;
        foreach (JsonNode? example in golden["cases"]!.AsArray())
        {
            using DisposeScope scope = NewDisposeScope();
            int[] input = backbone.Tokenizer.Encode(example!["input"]!.GetValue<string>(), 512), target = backbone.Tokenizer.Encode(example["target"]!.GetValue<string>(), 512);
            EncodedBatch encoded = backbone.Model.Encode(null, new TokenBatch([input], 0, CPU));
            Tensor logits = backbone.Model.Logits(backbone.Model.Decode(encoded, [target]));
            float[] losses = TestModels.Floats(backbone.Model.Score(encoded, [target]).NegativeLogLikelihood);
            int[] written = backbone.Model.Greedy(encoded, 12)[0];
            example["input_ids"] = JsonSerializer.SerializeToNode(input);
            example["label_ids"] = JsonSerializer.SerializeToNode(target);
            example["loss"] = losses.Average(value => (double)value);
            example["target_log_prob"] = -losses.Sum(value => (double)value);
            example["greedy"] = JsonSerializer.SerializeToNode(written.Prepend(0));
            example["greedy_text"] = backbone.Tokenizer.Decode(written);
            tensors.Add(SafetensorsEntry.FromFloats($"{i}.encoder", [.. encoded.States.shape[1..]], TestModels.Floats(encoded.States)));
            tensors.Add(SafetensorsEntry.FromFloats($"{i++}.logits", [.. logits.shape[1..]], TestModels.Floats(logits)));
        }

        File.WriteAllText(path, golden.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
        using FileStream file = File.Create(Path.Combine(folder, "golden.safetensors"));
        SafetensorsWriter.Write(file, tensors);
    }

    [Fact]
    public void Float16_is_refused_with_the_reason()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(
            () => T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = "cpu", Precision = BackbonePrecision.Float16 }));
        Assert.Contains("65,504", error.Message, StringComparison.Ordinal);
        Assert.Contains("BFloat16", error.Message, StringComparison.Ordinal);
    }

    private static int[] Ids(JsonElement list) => [.. list.EnumerateArray().Select(id => id.GetInt32())];
}
