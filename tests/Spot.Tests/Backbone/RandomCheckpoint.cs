using Spot.Backbone;
using Spot.Serialization;

namespace Spot.Tests.Backbone;

/// <summary>A T5 of random weights and the bundled vocabulary, so small that a step of model tuning takes milliseconds.</summary>
internal static class RandomCheckpoint
{
    private const int Dim = 32, Vocabulary = 8128;

    /// <summary>Writes it as a model hub holds it.</summary>
    /// <param name="folder">The folder, made.</param>
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        File.Copy(Path.Combine(TestModels.SpotTiny, "spiece.model"), Path.Combine(folder, "spiece.model"));
        File.WriteAllText(Path.Combine(folder, "config.json"), $$"""
            {
              "model_type": "t5", "vocab_size": {{Vocabulary}}, "d_model": {{Dim}}, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_decoder_layers": 2,
              "num_heads": 2, "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128, "layer_norm_epsilon": 1e-06,
              "feed_forward_proj": "gated-gelu", "dropout_rate": 0.1, "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0,
              "tie_word_embeddings": false
            }
            """);
        T5Config config = T5Config.Load(Path.Combine(folder, "config.json"));
        IEnumerable<SafetensorsEntry> tensors = T5Layout.Required(config).Append((Name: T5Layout.Head, Shape: [Vocabulary, Dim]))
            .Select(tensor => SafetensorsEntry.Over(tensor.Name, [.. tensor.Shape], Values(tensor.Name, tensor.Shape)));
        AtomicFile.Write(Path.Combine(folder, "model.safetensors"), stream => SafetensorsWriter.Write(stream, tensors));
    }

    // Norms are 1, products keep the size of what they are applied to.
    private static float[] Values(string name, long[] shape)
    {
        int count = (int)shape.Aggregate(1L, (product, size) => product * size);
        return shape.Length == 1 ? [.. Enumerable.Repeat(1f, count)] : NumberStream.Uniform(name, count, MathF.Sqrt(3f / shape[1]));
    }
}
