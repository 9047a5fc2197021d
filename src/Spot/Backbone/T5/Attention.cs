using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Backbone;

/// <summary>The decoder's attention, to itself and to the encoder's states: several heads, scores without scaling, softmax in float32.</summary>
internal sealed class Attention
{
    private readonly Tensor _q, _k, _v, _o;
    private readonly int _heads, _headDim;

    /// <param name="weights">All weights.</param>
    /// <param name="prefix">The layer's name, for example <c>decoder.block.0.layer.1.EncDecAttention</c>.</param>
    /// <param name="config">Heads and their width.</param>
    public Attention(T5Weights weights, string prefix, T5Config config)
    {
        _q = weights[$"{prefix}.q.weight"]; // [heads * kv, d]
        _k = weights[$"{prefix}.k.weight"];
        _v = weights[$"{prefix}.v.weight"];
        _o = weights[$"{prefix}.o.weight"]; // [d, heads * kv]
        _heads = config.Heads;
        _headDim = config.HeadDim;
    }

    /// <summary>Attention of a sequence to itself.</summary>
    /// <param name="x">The normalised input. // [batch, length, d]</param>
    /// <param name="math">With the position bias and what a query does not see.</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <returns>// [batch, length, d]</returns>
    public Tensor ToSelf(Tensor x, BlockMath math, DropoutMasks? dropout) =>
        Output(Weigh(Split(x, _q), Split(x, _k), Split(x, _v), math, dropout));

    /// <summary>Keys and values, for <see cref="ToProjected"/>.</summary>
    /// <param name="memory">// [batch, length, d]</param>
    public (Tensor K, Tensor V) Project(Tensor memory) => (Split(memory, _k), Split(memory, _v)); // [batch, heads, length, kv]

    /// <summary>Keys, the heads of a position beside each other.</summary>
    /// <param name="memory">// [positions, d]</param>
    /// <returns>// [positions, heads * kv]</returns>
    public Tensor Keys(Tensor memory) => F.linear(memory, _k);

    /// <summary>Values, as <see cref="Keys"/>.</summary>
    public Tensor Values(Tensor memory) => F.linear(memory, _v);

    /// <summary>Attention to keys and values.</summary>
    public Tensor ToProjected(Tensor x, (Tensor K, Tensor V) memory, BlockMath math, DropoutMasks? dropout) =>
        Output(Weigh(Split(x, _q), memory.K, memory.V, math, dropout));

    /// <summary>
    /// Attention to the encoder's output without forming its keys and values: q·(Wk m) = (q Wk)·m and Σ p (Wv m) = Wv Σ p m.
    /// The same algebra with far fewer products while there are fewer queries than a head is wide.
    /// </summary>
    /// <param name="x">The normalised input. // [batch, targets, d]</param>
    /// <param name="memory">// [batch, length, d]</param>
    /// <param name="math">With the mask of the memory's padding.</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <returns>// [batch, targets, d]</returns>
    public Tensor ToMemory(Tensor x, Tensor memory, BlockMath math, DropoutMasks? dropout)
    {
        long batch = x.size(0), targets = x.size(1), length = memory.size(1), dim = memory.size(2);
        Tensor q = matmul(ByHead(Split(x, _q)), _k.view(_heads, _headDim, dim)); // [heads, batch * targets, d]
        Tensor scores = matmul(ByRow(q, batch).reshape(batch, _heads * targets, dim), memory.transpose(1, 2)); // [batch, heads * targets, length]
        Tensor p = math.Softmax(scores.view(batch, _heads, targets, length));
        if (dropout is not null)
        {
            p = p * dropout.NextPerKey(_heads, length).unsqueeze(2);
        }

        Tensor mixed = matmul(p.reshape(batch, _heads * targets, length), memory).view(batch, _heads, targets, dim);
        Tensor read = matmul(ByHead(mixed), _v.view(_heads, _headDim, dim).transpose(1, 2)); // [heads, batch * targets, kv]
        return Output(ByRow(read, batch));
    }

    // [batch, heads, targets, n] -> [heads, batch * targets, n]: few large products with a head's weights instead of many small ones
    private static Tensor ByHead(Tensor x) => x.transpose(0, 1).reshape(x.size(1), x.size(0) * x.size(2), x.size(3));

    // [heads, batch * targets, n] -> [batch, heads, targets, n]
    private static Tensor ByRow(Tensor x, long batch) => x.view(x.size(0), batch, -1, x.size(2)).transpose(0, 1);

    private static Tensor Weigh(Tensor q, Tensor k, Tensor v, BlockMath math, DropoutMasks? dropout)
    {
        Tensor p = math.Softmax(matmul(q, k.transpose(2, 3))); // [batch, heads, queries, keys]
        if (dropout is not null)
        {
            v = v * dropout.NextPerKey(v.size(1), v.size(2)).unsqueeze(3); // one mask for all queries: dropping a key is dropping its value
        }

        return matmul(p, v); // [batch, heads, queries, kv]
    }

    // [batch, length, d] -> [batch, heads, length, kv]
    private Tensor Split(Tensor x, Tensor weight) =>
        F.linear(x, weight).view(x.size(0), x.size(1), _heads, _headDim).transpose(1, 2);

    // [batch, heads, length, kv] -> [batch, length, d]
    private Tensor Output(Tensor heads) =>
        F.linear(heads.transpose(1, 2).reshape(heads.size(0), heads.size(2), _heads * _headDim), _o);
}
