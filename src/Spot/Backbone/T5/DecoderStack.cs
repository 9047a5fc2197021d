using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The decoder: target ids and encoder states in, one state per target position out.</summary>
internal sealed class DecoderStack
{
    private readonly T5Weights _weights;
    private readonly T5Config _config;
    private readonly BlockMath _tensors;
    private readonly bool _hasKernels;

    public DecoderStack(T5Weights weights, T5Config config, Device device)
    {
        _weights = weights;
        _config = config;
        _tensors = ByTensors(null);
        _hasKernels = CpuKernels.Support(config, device);
        Self = [.. Blocks().Select(block => new Attention(weights, $"{T5Layout.Sublayer("decoder", block, 0)}.SelfAttention", config))];
        Cross = [.. Blocks().Select(block => new Attention(weights, $"{T5Layout.Sublayer("decoder", block, 1)}.EncDecAttention", config))];
    }

    /// <summary>The attention of the targets to themselves, by block.</summary>
    public IReadOnlyList<Attention> Self { get; }

    /// <summary>The attention to the encoder's states, by block.</summary>
    public IReadOnlyList<Attention> Cross { get; }

    /// <summary>Runs all target positions at once; by kernels where there are any and no gradient is recorded.</summary>
    /// <param name="embeddings">Embeddings of the shifted targets. // [batch, targets, d]</param>
    /// <param name="memory">The encoder's states. // [batch, length, d]</param>
    /// <param name="mask">As in the encoder. // [batch, 1, 1, length]</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <param name="trace">Told the embeddings, every block's output and the final state; for tests.</param>
    /// <param name="bias">Position bias, and −∞ where a target does not see another; null for targets that see those before them. // [1, heads, targets, targets]</param>
    /// <returns>The states after the final norm. // [batch, targets, d]</returns>
    public Tensor Forward(Tensor embeddings, Tensor memory, Tensor? mask, DropoutMasks? dropout, Action<Tensor>? trace = null, Tensor? bias = null)
    {
        int targets = (int)embeddings.size(1);
        bool kernels = _hasKernels && !is_grad_enabled();
        bias ??= Bias(0, targets, targets).Plus(Future(targets, embeddings.device));
        BlockMath self = new(_weights, _config, bias.contiguous(), null, kernels);
        BlockMath cross = kernels ? new(_weights, _config, null, mask, kernels) : ByTensors(mask);
        Tensor x = Layers.Dropped(embeddings, _config, dropout).contiguous();
        for (int block = 0; block < Self.Count; block++)
        {
            trace?.Invoke(x);
            using DisposeScope scope = NewDisposeScope();
            Tensor normed = Norm(x, block, 0, self);
            x = Layers.Residual(x, Self[block].ToSelf(normed, self, dropout), _config, dropout);
            normed = Norm(x, block, 1, self);
            Tensor read = targets < _config.HeadDim
                ? Cross[block].ToMemory(normed, memory, cross, dropout)
                : Cross[block].ToProjected(normed, Cross[block].Project(memory), cross, dropout);
            x = Layers.Residual(x, read, _config, dropout);
            x = FeedForward(x, block, dropout, self).MoveToOuterDisposeScope();
        }

        x = Layers.Dropped(FinalNorm(x, self), _config, dropout);
        trace?.Invoke(x);
        return x;
    }

    /// <summary>Blocks by tensor operations.</summary>
    /// <param name="bias">What is added to the scores of attention, float32.</param>
    public BlockMath ByTensors(Tensor? bias) => new(_weights, _config, bias, null, kernels: false);

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
    public Tensor FeedForward(Tensor x, int block, DropoutMasks? dropout, BlockMath? math = null)
    {
        string prefix = T5Layout.Sublayer("decoder", block, 2);
        return Layers.Residual(x, Layers.FeedForward(Norm(x, block, 2, math), _weights, prefix, _config, math ?? _tensors, dropout), _config, dropout);
    }

    /// <summary>The norm in front of a layer of a block.</summary>
    public Tensor Norm(Tensor x, int block, int layer, BlockMath? math = null) =>
        (math ?? _tensors).Norm(x, _weights[$"{T5Layout.Sublayer("decoder", block, layer)}.layer_norm.weight"]).Y;

    /// <summary>The norm behind the last block.</summary>
    public Tensor FinalNorm(Tensor x, BlockMath? math = null) => (math ?? _tensors).Norm(x, _weights[T5Layout.DecoderNorm]).Y;
}
