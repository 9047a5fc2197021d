namespace Spot.Backbone;

/// <summary>The names and shapes of a T5 checkpoint's tensors, as Hugging Face writes them.</summary>
internal static class T5Layout
{
    public const string Shared = "shared.weight";
    public const string Head = "lm_head.weight";
    public const string EncoderNorm = "encoder.final_layer_norm.weight";
    public const string DecoderNorm = "decoder.final_layer_norm.weight";

    /// <summary>Other names for the token embeddings, which old files repeat.</summary>
    public static readonly string[] SharedAliases = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"];

    /// <summary>Tensors that some files hold and no T5 uses.</summary>
    public static readonly string[] Strays = ["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"];

    public static string Bias(string stack) => $"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight";

    public static string Sublayer(string stack, int block, int layer) => $"{stack}.block.{block}.layer.{layer}";

    /// <summary>Whether a tensor is one of the blocks' weight matrices: not an embedding, norm, bias or output projection.</summary>
    public static bool IsBlockMatrix(string name) =>
        name.Contains(".block.", StringComparison.Ordinal) && !name.EndsWith("layer_norm.weight", StringComparison.Ordinal)
        && !name.EndsWith("relative_attention_bias.weight", StringComparison.Ordinal);

    /// <summary>Every tensor that must be there, with its shape; <see cref="Head"/> is optional and not among them.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Required(T5Config config)
    {
        yield return (Shared, [config.VocabularySize, config.Dim]);
        foreach (string stack in new[] { "encoder", "decoder" })
        {
            yield return (Bias(stack), [config.RelativeBuckets, config.Heads]);
            yield return ($"{stack}.final_layer_norm.weight", [config.Dim]);
            int blocks = stack == "encoder" ? config.EncoderLayers : config.DecoderLayers;
            for (int block = 0; block < blocks; block++)
            {
                foreach ((string Name, long[] Shape) tensor in Block(config, stack, block))
                {
                    yield return tensor;
                }
            }
        }
    }

    private static IEnumerable<(string Name, long[] Shape)> Block(T5Config config, string stack, int block)
    {
        string[] attentions = stack == "encoder" ? ["SelfAttention"] : ["SelfAttention", "EncDecAttention"];
        for (int layer = 0; layer <= attentions.Length; layer++)
        {
            string prefix = Sublayer(stack, block, layer);
            yield return ($"{prefix}.layer_norm.weight", [config.Dim]);
            if (layer < attentions.Length)
            {
                foreach (string projection in new[] { "q", "k", "v" })
                {
                    yield return ($"{prefix}.{attentions[layer]}.{projection}.weight", [config.InnerDim, config.Dim]);
                }

                yield return ($"{prefix}.{attentions[layer]}.o.weight", [config.Dim, config.InnerDim]);
                continue;
            }

            string[] inputs = config.Activation == T5Activation.Relu ? ["wi"] : ["wi_0", "wi_1"];
            foreach (string input in inputs)
            {
                yield return ($"{prefix}.DenseReluDense.{input}.weight", [config.FeedForwardDim, config.Dim]);
            }

            yield return ($"{prefix}.DenseReluDense.wo.weight", [config.Dim, config.FeedForwardDim]);
        }
    }
}
