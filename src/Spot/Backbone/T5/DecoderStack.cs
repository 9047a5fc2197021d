using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The decoder: target ids and encoder states in, one state per target position out.</summary>
internal sealed class DecoderStack
{
    private readonly T5Weights _weights;
    private readonly T5Config _config;
    private readonly Attention[] _self;
    private readonly Attention[] _cross;

    public DecoderStack(T5Weights weights, T5Config config)
    {
        _weights = weights;
        _config = config;
        _self = [.. Blocks().Select(block => new Attention(weights, $"{T5Layout.Sublayer("decoder", block, 0)}.SelfAttention", config))];
        _cross = [.. Blocks().Select(block => new Attention(weights, $"{T5Layout.Sublayer("decoder", block, 1)}.EncDecAttention", config))];
    }

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
        for (int block = 0; block < _self.Length; block++)
        {
            trace?.Invoke(x);
            using DisposeScope scope = NewDisposeScope();
            Tensor normed = Norm(x, block, 0);
            x = Layers.Residual(x, _self[block].ToSelf(normed, bias, dropout), _config, dropout);
            normed = Norm(x, block, 1);
            Tensor read = targets < _config.HeadDim
                ? _cross[block].ToMemory(normed, memory, mask, dropout)
                : _cross[block].ToProjected(normed, _cross[block].Project(memory), mask, dropout);
            x = Layers.Residual(x, read, _config, dropout);
            x = FeedForward(x, block, dropout).MoveToOuterDisposeScope();
        }

        x = Layers.Dropped(FinalNorm(x), _config, dropout);
        trace?.Invoke(x);
        return x;
    }

    /// <summary>Runs one new target position behind those in the cache.</summary>
    /// <param name="embeddings">The embedding of the newest token. // [batch, 1, d]</param>
    /// <param name="cache">What earlier positions left.</param>
    /// <returns>The state of the position after the final norm. // [batch, 1, d]</returns>
    public Tensor Step(Tensor embeddings, DecoderCache cache)
    {
        Tensor bias = Bias(cache.Length, 1, cache.Length + 1); // [1, heads, 1, cached + 1]
        Tensor x = embeddings;
        for (int block = 0; block < _self.Length; block++)
        {
            x = x.Plus(_self[block].ToSelfCached(Norm(x, block, 0), bias, cache, block));
            x = x.Plus(_cross[block].ToProjected(Norm(x, block, 1), cache.Cross[block], cache.Mask, null));
            x = FeedForward(x, block, null);
        }

        cache.Length++;
        return FinalNorm(x);
    }

    /// <summary>A cache for decoding from encoder states.</summary>
    public DecoderCache NewCache(Tensor memory, Tensor? mask) => new([.. _cross.Select(cross => cross.Project(memory))], mask);

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

    private Tensor FeedForward(Tensor x, int block, DropoutMasks? dropout)
    {
        string prefix = T5Layout.Sublayer("decoder", block, 2);
        return Layers.Residual(x, Layers.FeedForward(Norm(x, block, 2), _weights, prefix, _config, dropout), _config, dropout);
    }

    private Tensor Norm(Tensor x, int block, int layer) =>
        Layers.RmsNorm(x, _weights[$"{T5Layout.Sublayer("decoder", block, layer)}.layer_norm.weight"], _weights.Epsilon);

    private Tensor FinalNorm(Tensor x) => Layers.RmsNorm(x, _weights[T5Layout.DecoderNorm], _weights.Epsilon);
}
