using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>T5s of published geometry with random weights: speed does not depend on what a model has learned.</summary>
internal static class RandomT5
{
    /// <summary>T5 v1.1 small: 8 + 8 layers, d 512, 6 heads, ff 1024.</summary>
    public static T5Config Small { get; } = Config(512, 6, 1024, 8);

    /// <summary>T5 v1.1 base: 12 + 12 layers, d 768, 12 heads, ff 2048.</summary>
    public static T5Config Base { get; } = Config(768, 12, 2048, 12);

    /// <summary>T5 v1.1 large: 24 + 24 layers, d 1024, 16 heads, ff 2816.</summary>
    public static T5Config Large { get; } = Config(1024, 16, 2816, 24);

    /// <summary>2 + 2 layers, d 64, 2 heads, ff 128, 512 tokens: steps take milliseconds.</summary>
    public static T5Config Tiny { get; } = Config(64, 2, 128, 2) with { VocabularySize = 512 };

    public static FrozenT5 Create(T5Config config, ScalarType type, Device? device = null)
    {
        TorchRuntime.EnsureLoaded();
        device ??= CPU;
        Dictionary<string, Tensor> tensors = [];
        foreach ((string name, long[] shape) in T5Layout.Required(config).Append((T5Layout.Head, [config.VocabularySize, config.Dim])))
        {
            bool wide = shape.Length == 1 || name.Contains("relative", StringComparison.Ordinal) || name == T5Layout.Head;
            using Scalar scale = shape.Length == 1 ? 1f : 1f / MathF.Sqrt(shape[1]);
            using Tensor values = shape.Length == 1 ? ones(shape, device: device) : randn(shape, device: device) * scale;
            tensors[name] = values.to(wide ? ScalarType.Float32 : type).alias();
        }

        Tensor? narrowHead = type == ScalarType.Float32 ? null : tensors[T5Layout.Head].to(type);
        return new FrozenT5(new T5Weights(tensors, config, "random", narrowHead), config, device, type);
    }

    private static T5Config Config(int dim, int heads, int feedForward, int layers) => new()
    {
        VocabularySize = 32128,
        Dim = dim,
        HeadDim = 64,
        FeedForwardDim = feedForward,
        EncoderLayers = layers,
        DecoderLayers = layers,
        Heads = heads,
        Activation = T5Activation.GatedGelu,
        RelativeBuckets = 32,
        RelativeMaxDistance = 128,
        NormEpsilon = 1e-6,
        Dropout = 0.1,
        ScalesLogits = false,
        PadId = 0,
        EosId = 1,
        DecoderStartId = 0,
    };
}
