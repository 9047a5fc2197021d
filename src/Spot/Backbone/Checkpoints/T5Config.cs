using Spot.Serialization;

namespace Spot.Backbone;

/// <summary>The architecture of a T5 checkpoint, as its <c>config.json</c> says it (Hugging Face format).</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record T5Config
{
    private const int MostLayers = 1_000;

    /// <summary>Rows of the embedding table.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The width of the model (d_model).</summary>
    public required int Dim { get; init; }

    /// <summary>The width of one attention head (d_kv).</summary>
    public required int HeadDim { get; init; }

    /// <summary>The inner width of the feed-forward layer (d_ff).</summary>
    public required int FeedForwardDim { get; init; }

    /// <summary>Encoder layers.</summary>
    public required int EncoderLayers { get; init; }

    /// <summary>Decoder layers; as many as the encoder has where the file does not say.</summary>
    public required int DecoderLayers { get; init; }

    /// <summary>Attention heads; heads × <see cref="HeadDim"/> may differ from <see cref="Dim"/>.</summary>
    public required int Heads { get; init; }

    /// <summary>The feed-forward layer's kind.</summary>
    public required T5Activation Activation { get; init; }

    /// <summary>Whether the activation has a gate.</summary>
    internal bool IsGated => Activation != T5Activation.Relu;

    /// <summary>Buckets of the relative position bias. 32 where the file does not say.</summary>
    public required int RelativeBuckets { get; init; }

    /// <summary>The distance from which on all positions share a bucket. 128 where the file does not say.</summary>
    public required int RelativeMaxDistance { get; init; }

    /// <summary>ε of the RMS norm. 1e-6 where the file does not say.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>The dropout rate the model was trained with. 0.1 where the file does not say.</summary>
    public required double Dropout { get; init; }

    /// <summary>
    /// Whether logits are scaled by d_model^-0.5: for t5 <c>scale_decoder_outputs</c>, else <c>tie_word_embeddings</c>, else true;
    /// for mt5 never.
    /// </summary>
    public required bool ScalesLogits { get; init; }

    /// <summary>The padding id. 0 where the file does not say.</summary>
    public required int PadId { get; init; }

    /// <summary>The end-of-sequence id. 1 where the file does not say.</summary>
    public required int EosId { get; init; }

    /// <summary>The id that the decoder starts with. The padding id where the file does not say.</summary>
    public required int DecoderStartId { get; init; }

    /// <summary>heads × head width, the width between the attention projections.</summary>
    public int InnerDim => Heads * HeadDim;

    /// <summary>Reads a config.json.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The configuration.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no JSON object, of another model family, or a value is missing or out of range.</exception>
    public static T5Config Load(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                $"No model configuration at '{path}'. Expected the folder of a T5 checkpoint with config.json, model.safetensors and spiece.model or tokenizer.json.", path);
        }

        return FromJson(ConfigReader.Load(path));
    }

    /// <summary>Reads the text of a config.json.</summary>
    internal static T5Config Parse(ReadOnlyMemory<byte> json, string source) => FromJson(ConfigReader.Parse(json, source));

    private static T5Config FromJson(ConfigReader json)
    {
        string family = json.Text("model_type") ?? "(none)";
        if (family is not ("t5" or "mt5"))
        {
            throw json.Error($"found model_type {SafetensorsHeader.Quote(family)}, expected 't5' or 'mt5'. Spot runs T5, T5 v1.1, LM-adapted T5, flan-T5 and mT5 checkpoints.");
        }

        if (json.Has("quantization_config"))
        {
            throw json.Error("found a quantization_config; quantised checkpoints are not supported. Fetch the original one.");
        }

        int vocabulary = json.Count("vocab_size");
        int layers = json.Count("num_layers", most: MostLayers);
        int pad = json.Id("pad_token_id", 0, vocabulary - 1);
        int buckets = json.Count("relative_attention_num_buckets", 32, least: 4);
        T5Config config = new()
        {
            VocabularySize = vocabulary,
            Dim = json.Count("d_model"),
            HeadDim = json.Count("d_kv"),
            FeedForwardDim = json.Count("d_ff"),
            EncoderLayers = layers,
            DecoderLayers = json.Count("num_decoder_layers", layers, most: MostLayers),
            Heads = json.Count("num_heads"),
            Activation = ReadActivation(json),
            RelativeBuckets = buckets,
            RelativeMaxDistance = json.Count("relative_attention_max_distance", 128, least: (buckets / 2) + 1), // below it the logarithm of the buckets divides by 0
            NormEpsilon = json.Number("layer_norm_epsilon", 1e-6, 0, 1, above: true),
            Dropout = json.Number("dropout_rate", 0.1, 0, 0.99),
            ScalesLogits = family == "t5" && (json.Flag("scale_decoder_outputs") ?? json.Flag("tie_word_embeddings") ?? true),
            PadId = pad,
            EosId = json.Id("eos_token_id", 1, vocabulary - 1),
            DecoderStartId = json.Id("decoder_start_token_id", pad, vocabulary - 1),
        };
        CheckSizes(config, json);
        return config;
    }

    // Each number may be plausible alone; the matrices they make must be too, before anything is made of that size.
    private static void CheckSizes(T5Config c, ConfigReader json)
    {
        long inner = (long)c.Heads * c.HeadDim;
        if (inner > int.MaxValue || Math.Max(Math.Max(c.VocabularySize, c.FeedForwardDim), inner) * c.Dim > int.MaxValue)
        {
            throw json.Error(
                $"vocab_size {c.VocabularySize}, d_ff {c.FeedForwardDim}, num_heads {c.Heads} x d_kv {c.HeadDim} and d_model {c.Dim} make a matrix of more than " +
                $"{int.MaxValue} numbers, more than any T5 has.");
        }
    }

    private static T5Activation ReadActivation(ConfigReader json) => (json.Names("feed_forward_proj"), json.Text("feed_forward_proj")) switch
    {
        (false, _) or (_, "relu") => T5Activation.Relu,
        (_, "gated-gelu") => T5Activation.GatedGelu,
        (_, "gated-silu") => T5Activation.GatedSilu,
        (_, string other) => throw json.Error($"found feed_forward_proj {SafetensorsHeader.Quote(other)}, expected 'relu', 'gated-gelu' or 'gated-silu'."),
        _ => throw json.Wrong("feed_forward_proj", "'relu', 'gated-gelu' or 'gated-silu'"),
    };
}
