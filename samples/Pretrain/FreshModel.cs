using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Spot.Backbone;
using Spot.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Samples.Pretrain;

/// <summary>
/// Writes a T5 checkpoint whose blocks are new and whose embeddings, configuration and vocabulary are another one's: where a training run begins.
/// </summary>
/// <remarks>
/// The blocks are no noise. What attention takes from a token is that token, turned back into where it came from (the output projection is the
/// transpose of the value projection); half of the encoder's heads look for tokens like their own; and the head says the token that a state is
/// most like. A model that answers with a word in front of its input, of which the input reminds it, is then near, and need not be found.
/// </remarks>
internal sealed class FreshModel(string source, long seed)
{
    // In units of the embeddings' size: what a token's attention and its feed-forward layer add to it. The logit of a state's own token.
    private const float Attention = 0.5f, FeedForward = 0.15f, OwnLogit = 12;
    private const float Sharpness = 4, Scores = 0.02f, Bias = 0.5f;

    private long _drawn;

    /// <summary>Writes the checkpoint: whole or not at all.</summary>
    /// <param name="target">Its folder, which must not exist.</param>
    public void Write(string target)
    {
        string temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        Directory.CreateDirectory(temporary);
        try
        {
            Fill(temporary);
            Directory.Move(temporary, target);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    private void Fill(string target)
    {
        foreach (string copied in new[] { "config.json", "spiece.model", "tokenizer.json", "tokenizer_config.json", "generation_config.json" })
        {
            if (File.Exists(Path.Combine(source, copied)))
            {
                File.Copy(Path.Combine(source, copied), Path.Combine(target, copied));
            }
        }

        using T5Backbone backbone = T5Backbone.Load(source, new BackboneOptions { Device = "cpu", Precision = BackbonePrecision.Float32 });
        T5Config config = backbone.Config;
        using SafetensorsFile old = SafetensorsFile.Open(Path.Combine(source, "model.safetensors"));
        float[] embeddings = old.ReadFloats("shared.weight");
        float size = MathF.Sqrt((float)embeddings.Average(value => (double)value * value));
        List<SafetensorsEntry> tensors = [];
        foreach (SafetensorsTensor tensor in old.Tensors.Values.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            float[] values = tensor.Name switch
            {
                "shared.weight" => embeddings,
                "lm_head.weight" => [.. embeddings.Select(value => value * OwnLogit / (size * config.Dim))],
                var name when name.EndsWith("layer_norm.weight", StringComparison.Ordinal) => [.. Enumerable.Repeat(1f, config.Dim)],
                var name => Block(name, tensor.Shape, config, size),
            };
            tensors.Add(SafetensorsEntry.FromFloats(tensor.Name, tensor.Shape, values));
        }

        using FileStream file = File.Create(Path.Combine(target, "model.safetensors"));
        SafetensorsWriter.Write(file, tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    private float[] Block(string name, ImmutableArray<long> shape, T5Config config, float size)
    {
        string[] parts = name.Split('.');
        string attention = string.Join('.', parts[..^2]); // the prefix that a layer's matrices share
        int half = config.Heads / 2 * config.HeadDim;
        return parts[^2] switch
        {
            "relative_attention_bias" => Noise(shape, Bias),
            "v" => Turn($"{attention} values", config.InnerDim, config),
            "o" => Times(Turn($"{attention} values", config.InnerDim, config, transposed: true), Attention * size),

            // The first half of the heads compares states in as many directions as a head has; the rest has no opinion yet.
            "q" or "k" when parts[0] == "encoder" =>
                [.. Times(Turn($"{attention} scores", half, config), MathF.Sqrt(Sharpness / config.HeadDim)), .. Noise([config.InnerDim - half, config.Dim], Scores)],
            "q" or "k" => Noise(shape, Scores),
            "wo" => Noise(shape, FeedForward * size / (0.5f * MathF.Sqrt(shape[1]))),
            _ => Noise(shape, 1 / MathF.Sqrt(shape[1])), // wi
        };
    }

    // The first rows of an orthogonal matrix, the same for the same key.
    private float[] Turn(string key, int rows, T5Config config, bool transposed = false)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(unchecked((ulong)key.Aggregate(seed, (sum, letter) => unchecked((sum * 31) + letter))), CPU);
        Tensor turn = linalg.qr(randn(Math.Max(config.Dim, config.InnerDim), config.Dim, generator: random)).Q.t()[..rows];
        return Floats(transposed ? turn.t() : turn);
    }

    private float[] Noise(ImmutableArray<long> shape, float size)
    {
        using DisposeScope scope = NewDisposeScope();
        using Generator random = new(unchecked((ulong)(seed + ++_drawn)), CPU);
        return Times(Floats(randn([.. shape], generator: random)), size);
    }

    private static float[] Times(float[] values, float factor) => [.. values.Select(value => value * factor)];

    private static float[] Floats(Tensor values) => MemoryMarshal.Cast<byte, float>(values.contiguous().bytes).ToArray();
}
