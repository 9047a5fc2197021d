using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The decoder: target ids and encoder states in, one state per target position out.</summary>
internal sealed class DecoderStack
{
    private readonly T5Weights _weights;
    private readonly T5Config _config;

    public DecoderStack(T5Weights weights, T5Config config)
    {
        _weights = weights;
        _config = config;
        Self = [.. Blocks().Select(block => new Attention(weights, $"{T5Layout.Sublayer("decoder", block, 0)}.SelfAttention", config))];
        Cross = [.. Blocks().Select(block => new Attention(weights, $"{T5Layout.Sublayer("decoder", block, 1)}.EncDecAttention", config))];
    }

    /// <summary>The attention of the targets to themselves, by block.</summary>
    public IReadOnlyList<Attention> Self { get; }

    /// <summary>The attention to the encoder's states, by block.</summary>
    public IReadOnlyList<Attention> Cross { get; }

    /// <summary>Runs all target positions at once.</summary>
    /// <param name="embeddings">Embeddings of the shifted targets. // [batch, targets, d]</param>
    /// <param name="memory">The encoder's states. // [batch, length, d]</param>
    /// <param name="mask">As in the encoder. // [batch, 1, 1, length]</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <param name="trace">Told the embeddings, every block's output and the final state; for tests.</param>
    /// <returns>The states after the final norm. // [batch, targets, d]</returns>
    public Tensor Forward(Tensor embeddings, Tensor memory, Tensor? mask, DropoutMasks? dropout, Action<Tensor>? trace = null)
    {
        int targets = (int)embeddings.size(1);
        Tensor bias = Bias(0, targets, targets).Plus(Future(targets, embeddings.device)); // [1, heads, targets, targets]
        Tensor x = Layers.Dropped(embeddings, _config, dropout);
        for (int block = 0; block < Self.Count; block++)
        {
            trace?.Invoke(x);
            using DisposeScope scope = NewDisposeScope();
            Tensor normed = Norm(x, block, 0);
            x = Layers.Residual(x, Self[block].ToSelf(normed, bias, dropout), _config, dropout);
            normed = Norm(x, block, 1);
            Tensor read = targets < _config.HeadDim
                ? Cross[block].ToMemory(normed, memory, mask, dropout)
                : Cross[block].ToProjected(normed, Cross[block].Project(memory), mask, dropout);
            x = Layers.Residual(x, read, _config, dropout);
            x = FeedForward(x, block, dropout).MoveToOuterDisposeScope();
        }

        x = Layers.Dropped(FinalNorm(x), _config, dropout);
        trace?.Invoke(x);
        return x;
    }

    private IEnumerable<int> Blocks() => Enumerable.Range(0, _config.DecoderLayers);

    private Tensor Bias(int first, int queries, int keys) =>
        RelativePosition.Bias(_weights[T5Layout.Bias("decoder")], _config, bidirectional: false, first, queries, keys);

    // −∞ where a key comes after the query.
    private static Tensor Future(int targets, Device device)
    {
        float[] mask = new float[targets * targets];
        for (int query = 0; query < targets; query++)
        {
            mask.AsSpan((query * targets) + query + 1, targets - query - 1).Fill(float.NegativeInfinity);
        }

        return tensor(mask, [targets, targets], device: device);
    }

    /// <summary>x and the feed-forward layer on it.</summary>
    public Tensor FeedForward(Tensor x, int block, DropoutMasks? dropout)
    {
        string prefix = T5Layout.Sublayer("decoder", block, 2);
        return Layers.Residual(x, Layers.FeedForward(Norm(x, block, 2), _weights, prefix, _config, dropout), _config, dropout);
    }

    /// <summary>The norm in front of a layer of a block.</summary>
    public Tensor Norm(Tensor x, int block, int layer) =>
        Layers.RmsNorm(x, _weights[$"{T5Layout.Sublayer("decoder", block, layer)}.layer_norm.weight"], _weights.Epsilon);

    /// <summary>The norm behind the last block.</summary>
    public Tensor FinalNorm(Tensor x) => Layers.RmsNorm(x, _weights[T5Layout.DecoderNorm], _weights.Epsilon);
}
