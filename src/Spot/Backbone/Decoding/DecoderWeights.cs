using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Where the decoder's weights lie in memory, for kernels. Valid as long as the model's weights are.</summary>
internal sealed unsafe class DecoderWeights : IDisposable
{
    private readonly T5Weights _weights;
    private readonly List<Tensor> _copies = [];

    public DecoderWeights(T5Weights weights, T5Config config)
    {
        _weights = weights;
        Blocks = [.. Enumerable.Range(0, config.DecoderLayers).Select(block => Read(block, config.IsGated))];
        Head = Matrix(weights.DecodingHead);
        Embeddings = Matrix(weights[T5Layout.Shared]);
        FinalNorm = Vector(T5Layout.DecoderNorm);
    }

    public IReadOnlyList<Block> Blocks { get; }

    public FewRowMatrix Head { get; }

    public FewRowMatrix Embeddings { get; }

    /// <summary>// [d]</summary>
    public float* FinalNorm { get; }

    public void Dispose() => _copies.ForEach(copy => copy.Dispose());

    private Block Read(int block, bool gated)
    {
        FewRowMatrix Of(int layer, string name) => Matrix(_weights[$"{T5Layout.Sublayer("decoder", block, layer)}.{name}.weight"]);
        float* Norm(int layer) => Vector($"{T5Layout.Sublayer("decoder", block, layer)}.layer_norm.weight");
        return new Block(
            Of(0, "SelfAttention.q"), Of(0, "SelfAttention.k"), Of(0, "SelfAttention.v"), Of(0, "SelfAttention.o"),
            Of(1, "EncDecAttention.q"), Of(1, "EncDecAttention.k"), Of(1, "EncDecAttention.v"), Of(1, "EncDecAttention.o"),
            Of(2, gated ? "DenseReluDense.wi_0" : "DenseReluDense.wi"), gated ? Of(2, "DenseReluDense.wi_1") : null, Of(2, "DenseReluDense.wo"),
            (nint)Norm(0), (nint)Norm(1), (nint)Norm(2));
    }

    private FewRowMatrix Matrix(Tensor weight) => new(Contiguous(weight));

    private float* Vector(string name) => (float*)TensorLanes.Start(Contiguous(_weights[name]));

    private Tensor Contiguous(Tensor weight)
    {
        if (weight.is_contiguous())
        {
            return weight;
        }

        Tensor copy = weight.contiguous().DetachFromDisposeScope();
        _copies.Add(copy);
        return copy;
    }

    /// <summary>A block: its matrices, and the norms in front of its three layers.</summary>
    internal sealed record Block(
        FewRowMatrix Q, FewRowMatrix K, FewRowMatrix V, FewRowMatrix O,
        FewRowMatrix CrossQ, FewRowMatrix CrossK, FewRowMatrix CrossV, FewRowMatrix CrossO,
        FewRowMatrix Gate, FewRowMatrix? Up, FewRowMatrix Down, nint Norm, nint CrossNorm, nint FeedForwardNorm);
}
