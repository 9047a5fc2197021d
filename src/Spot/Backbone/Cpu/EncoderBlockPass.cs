using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Backbone;

/// <summary>One block of <see cref="EncoderPass"/>, forward and backward, with what it keeps in between.</summary>
internal sealed class EncoderBlockPass(T5Weights weights, T5Config config, int block)
{
    private Tensor? _attentionInput, _q, _k, _v, _p, _keyMask, _attentionMask, _feedForwardInput, _gate, _up, _feedForwardMask;
    private float[] _attentionScales = [], _feedForwardScales = [];

    /// <summary>The block's output.</summary>
    /// <param name="x">Contiguous. // [batch, length, d]</param>
    /// <param name="bias">// [1, heads, length, length]</param>
    /// <param name="mask">// [batch, 1, 1, length]</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <returns>// [batch, length, d]</returns>
    public Tensor Forward(Tensor x, Tensor bias, Tensor? mask, DropoutMasks? dropout)
    {
        Tensor hidden = Prepare(x, bias, mask, dropout);
        return Layers.Add(_feedForwardInput!, F.linear(hidden, Dense("wo")), _feedForwardMask);
    }

    /// <summary>All that <see cref="Backward"/> needs, which is the block without its last product.</summary>
    /// <returns>What the last product takes. // [batch, length, ff]</returns>
    public Tensor Prepare(Tensor x, Tensor bias, Tensor? mask, DropoutMasks? dropout) => Activate(Attend(x, bias, mask, dropout), dropout);

    /// <summary>Moves what is kept out of the current dispose scope.</summary>
    public void Keep()
    {
        foreach (Tensor? tensor in Kept)
        {
            tensor?.MoveToOuterDisposeScope();
        }
    }

    /// <summary>Frees what is kept.</summary>
    public void Release()
    {
        foreach (Tensor? tensor in Kept)
        {
            tensor?.Dispose();
        }
    }

    /// <summary>Turns the gradient of the block's output into that of its input. Overwrites what is kept.</summary>
    public void Backward(Tensor total)
    {
        FeedForwardGradient(total);
        AttendGradient(total);
    }

    // The block's input belongs to the caller.
    private Tensor?[] Kept => [_q, _k, _v, _p, _keyMask, _attentionMask, _feedForwardInput, _gate, _up, _feedForwardMask];

    private Tensor Attend(Tensor x, Tensor bias, Tensor? mask, DropoutMasks? dropout)
    {
        _attentionInput = x;
        (Tensor normed, _attentionScales) = Norm(x, 0);
        _q = Split(F.linear(normed, Projection("q")));
        _k = Split(F.linear(normed, Projection("k")));
        _v = Split(F.linear(normed, Projection("v")));
        _p = matmul(_q, _k.transpose(2, 3)); // [batch, heads, length, length]
        SoftmaxKernels.Softmax(_p, bias, mask);
        _keyMask = dropout?.NextPerKey(config.Heads, x.size(1)).unsqueeze(3); // [batch, heads, length, 1]
        if (_keyMask is not null)
        {
            _v = _v * _keyMask;
        }

        Tensor update = F.linear(Merge(matmul(_p, _v)), Projection("o"));
        _attentionMask = dropout?.Next(1, config.Dim);
        return Layers.Add(x, update, _attentionMask);
    }

    private Tensor Activate(Tensor x, DropoutMasks? dropout)
    {
        _feedForwardInput = x;
        (Tensor normed, _feedForwardScales) = Norm(x, 1);
        bool gated = config.Activation != T5Activation.Relu;
        _gate = F.linear(normed, Dense(gated ? "wi_0" : "wi"));
        _up = gated ? F.linear(normed, Dense("wi_1")) : null;
        Tensor? mask = dropout?.Next(1, config.FeedForwardDim);
        _feedForwardMask = dropout?.Next(1, config.Dim);
        return RowKernels.Activate(_gate, _up, mask, config.Activation);
    }

    // total becomes the gradient of the sublayer's input.
    private void FeedForwardGradient(Tensor total)
    {
        Tensor gradient = _feedForwardMask is null ? total : total * _feedForwardMask;
        Tensor hidden = matmul(gradient, Dense("wo")); // [batch, length, ff]
        bool gated = _up is not null;
        Tensor normed = matmul(_gate!.mul_(hidden), Dense(gated ? "wi_0" : "wi"));
        if (gated)
        {
            AddProduct(normed, _up!.mul_(hidden), Dense("wi_1"));
        }

        AddNormGradient(total, normed, _feedForwardInput!, _feedForwardScales, 1);
    }

    private void AttendGradient(Tensor total)
    {
        Tensor gradient = _attentionMask is null ? total : total * _attentionMask;
        Tensor heads = Split(matmul(gradient, Projection("o"))); // [batch, heads, length, kv]
        Tensor v = matmul(_p!.transpose(2, 3), heads);
        v = _keyMask is null ? v : v.mul_(_keyMask);
        Tensor scores = matmul(heads, _v!.transpose(2, 3)); // [batch, heads, length, length]
        SoftmaxKernels.Gradient(scores, _p);
        Tensor q = matmul(scores, _k!);
        Tensor k = matmul(scores.transpose(2, 3), _q!);
        Tensor normed = matmul(Merge(q), Projection("q"));
        AddProduct(normed, Merge(k), Projection("k"));
        AddProduct(normed, Merge(v), Projection("v"));
        AddNormGradient(total, normed, _attentionInput!, _attentionScales, 0);
    }

    // sum += rows · weight, without a tensor in between.
    private static void AddProduct(Tensor sum, Tensor rows, Tensor weight) =>
        sum.view(-1, sum.size(-1)).addmm_(rows.view(-1, rows.size(-1)), weight, 1, 1);

    private (Tensor Y, float[] Scales) Norm(Tensor x, int layer) =>
        RowKernels.RmsNorm(x, weights[NormName(layer)], (float)config.NormEpsilon);

    private void AddNormGradient(Tensor total, Tensor gradient, Tensor x, float[] scales, int layer) =>
        RowKernels.AddRmsNormGradient(total, gradient, x, scales, weights[NormName(layer)]);

    private string NormName(int layer) => $"{T5Layout.Sublayer("encoder", block, layer)}.layer_norm.weight";

    private Tensor Projection(string name) => weights[$"{T5Layout.Sublayer("encoder", block, 0)}.SelfAttention.{name}.weight"];

    private Tensor Dense(string name) => weights[$"{T5Layout.Sublayer("encoder", block, 1)}.DenseReluDense.{name}.weight"];

    // [batch, length, heads * kv] -> [batch, heads, length, kv], contiguous
    private Tensor Split(Tensor x) => x.view(x.size(0), x.size(1), config.Heads, config.HeadDim).transpose(1, 2).contiguous();

    // [batch, heads, length, kv] -> [batch, length, heads * kv]
    private Tensor Merge(Tensor heads) => heads.transpose(1, 2).reshape(heads.size(0), heads.size(2), config.InnerDim);
}
