using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Backbone;

/// <summary>One block of the encoder: attention of the sequence to itself, then the feed-forward layer, each on its normalised input and added to it.</summary>
/// <remarks>
/// One forward pass for all: by tensor operations it can be differentiated automatically, by kernels it is fast, and with a tape it can be followed by
/// <see cref="Backward"/>, for frozen weights.
/// </remarks>
internal sealed class EncoderBlock(T5Weights weights, T5Config config, int block)
{
    private readonly Tensor _attentionNorm = weights[$"{T5Layout.Sublayer("encoder", block, 0)}.layer_norm.weight"]; // [d]
    private readonly Tensor _q = Projection(weights, block, "q"), _k = Projection(weights, block, "k"), _v = Projection(weights, block, "v"); // [heads * kv, d]
    private readonly Tensor _o = Projection(weights, block, "o"); // [d, heads * kv]
    private readonly Tensor _feedForwardNorm = weights[$"{T5Layout.Sublayer("encoder", block, 1)}.layer_norm.weight"]; // [d]
    private readonly Tensor _gate = Dense(weights, block, config.IsGated ? "wi_0" : "wi"); // [ff, d]
    private readonly Tensor? _up = config.IsGated ? Dense(weights, block, "wi_1") : null; // [ff, d]
    private readonly Tensor _down = Dense(weights, block, "wo"); // [d, ff]

    /// <summary>The type of weights and activations.</summary>
    public ScalarType Type => _q.dtype;

    /// <summary>The block's output.</summary>
    /// <param name="x">// [batch, length, d]</param>
    /// <param name="math">What computes it.</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <param name="tape">Takes what <see cref="Backward"/> needs, from kernels; null where it does not follow.</param>
    /// <returns>// [batch, length, d]</returns>
    public Tensor Forward(Tensor x, BlockMath math, DropoutMasks? dropout, BlockTape? tape = null)
    {
        x = Attend(x, math, dropout, tape);
        using DisposeScope scope = NewDisposeScope();
        (Tensor hidden, Tensor? mask) = Activate(x, math, dropout, tape);
        return Layers.Add(x, F.linear(hidden, _down), mask).MoveToOuterDisposeScope();
    }

    /// <summary>Fills a tape again, which takes all of <see cref="Forward"/> but its last product.</summary>
    public void Record(Tensor x, BlockMath math, DropoutMasks? dropout, BlockTape tape)
    {
        using DisposeScope scope = NewDisposeScope();
        Activate(Attend(x, math, dropout, tape), math, dropout, tape);
    }

    /// <summary>Turns the gradient of the block's output into that of its input.</summary>
    /// <param name="total">Overwritten. // [batch, length, d]</param>
    /// <param name="tape">What <see cref="Forward"/> left. Overwritten.</param>
    public void Backward(Tensor total, BlockTape tape)
    {
        FeedForwardBackward(total, tape.FeedForward!);
        AttendBackward(total, tape.Attention!);
    }

    private Tensor Attend(Tensor x, BlockMath math, DropoutMasks? dropout, BlockTape? tape)
    {
        using DisposeScope scope = NewDisposeScope(); // what the one layer holds is free before the other begins
        (Tensor normed, float[] scales) = math.Norm(x, _attentionNorm);
        Tensor q = F.linear(normed, _q), k = F.linear(normed, _k), v = F.linear(normed, _v); // [batch, length, heads * kv]
        if (math.Sequences is { } sequences)
        {
            return Layers.Add(x, F.linear(sequences.Attend(q, k, v), _o), null).MoveToOuterDisposeScope();
        }

        (q, k, v) = (Split(q), Split(k), Split(v));
        Tensor p = math.Softmax(matmul(q, k.transpose(2, 3))); // [batch, heads, length, length]
        Tensor? keyMask = dropout?.NextPerKey(config.Heads, x.size(1)).unsqueeze(3); // [batch, heads, length, 1]
        v = keyMask is null ? v : v * keyMask; // one mask for all queries: dropping a key is dropping its value
        Tensor update = F.linear(Merge(matmul(p, v)), _o);
        Tensor? mask = dropout?.Next(1, config.Dim);
        tape?.Keep(new AttentionTape(x, scales, q, k, v, p, keyMask, mask));
        return Layers.Add(x, update, mask).MoveToOuterDisposeScope();
    }

    // What the last product takes, and the mask of what it gives. [batch, length, ff], [batch, 1, d]
    private (Tensor Hidden, Tensor? Mask) Activate(Tensor x, BlockMath math, DropoutMasks? dropout, BlockTape? tape)
    {
        (Tensor normed, float[] scales) = math.Norm(x, _feedForwardNorm);
        Tensor gate = F.linear(normed, _gate); // [batch, length, ff]
        Tensor? up = _up is null ? null : F.linear(normed, _up);
        Tensor hidden = math.Activate(gate, up, dropout?.Next(1, config.FeedForwardDim), slopes: tape is not null);
        Tensor? mask = dropout?.Next(1, config.Dim);
        tape?.Keep(new FeedForwardTape(x, scales, gate, up, mask));
        return (hidden, mask);
    }

    // total becomes the gradient of the layer's input.
    private void FeedForwardBackward(Tensor total, FeedForwardTape tape)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor hidden = matmul(tape.UpdateMask is null ? total : total * tape.UpdateMask, _down); // [batch, length, ff]
        Tensor normed = matmul(tape.Gate.mul_(hidden), _gate);
        if (_up is not null)
        {
            AddProduct(normed, tape.Up!.mul_(hidden), _up);
        }

        RowKernels.AddRmsNormGradient(total, normed, tape.Input, tape.Scales, _feedForwardNorm);
    }

    private void AttendBackward(Tensor total, AttentionTape tape)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor heads = Split(matmul(tape.UpdateMask is null ? total : total * tape.UpdateMask, _o)); // [batch, heads, length, kv]
        Tensor v = matmul(tape.P.transpose(2, 3), heads);
        v = tape.KeyMask is null ? v : v.mul_(tape.KeyMask);
        Tensor scores = matmul(heads, tape.V.transpose(2, 3)); // [batch, heads, length, length]
        SoftmaxKernels.Gradient(scores, tape.P);
        Tensor q = matmul(scores, tape.K);
        Tensor k = matmul(scores.transpose(2, 3), tape.Q);
        Tensor normed = matmul(Merge(q), _q);
        AddProduct(normed, Merge(k), _k);
        AddProduct(normed, Merge(v), _v);
        RowKernels.AddRmsNormGradient(total, normed, tape.Input, tape.Scales, _attentionNorm);
    }

    // sum += rows · weight, without a tensor in between.
    private static void AddProduct(Tensor sum, Tensor rows, Tensor weight) =>
        sum.view(-1, sum.size(-1)).addmm_(rows.view(-1, rows.size(-1)), weight, 1, 1);

    // [batch, length, heads * kv] -> [batch, heads, length, kv], contiguous
    private Tensor Split(Tensor x) => x.view(x.size(0), x.size(1), config.Heads, config.HeadDim).transpose(1, 2).contiguous();

    // [batch, heads, length, kv] -> [batch, length, heads * kv]
    private Tensor Merge(Tensor heads) => heads.transpose(1, 2).reshape(heads.size(0), heads.size(2), config.InnerDim);

    private static Tensor Projection(T5Weights weights, int block, string name) => weights[$"{T5Layout.Sublayer("encoder", block, 0)}.SelfAttention.{name}.weight"];

    private static Tensor Dense(T5Weights weights, int block, string name) => weights[$"{T5Layout.Sublayer("encoder", block, 1)}.DenseReluDense.{name}.weight"];
}
