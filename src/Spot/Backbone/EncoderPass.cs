using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Backbone;

/// <summary>
/// One forward pass of the frozen encoder that keeps just what its own backward pass needs. No weight has a gradient, so a layer's inputs need
/// not be kept: less memory and fewer passes than automatic differentiation.
/// </summary>
/// <remarks>Computes what <see cref="EncoderStack"/> computes. On the CPU only, for widths that are multiples of 16: see <see cref="Supports"/>.</remarks>
internal sealed class EncoderPass(T5Weights weights, T5Config config)
{
    private readonly Layer[] _layers = new Layer[config.EncoderLayers];
    private Tensor? _embeddingMask, _finalMask, _last;
    private float[] _lastScales = [];

    /// <summary>Whether a model can be run through this class.</summary>
    public static bool Supports(T5Config config, Device device) =>
        device.type == DeviceType.CPU && config.Dim % 16 == 0 && config.FeedForwardDim % 16 == 0;

    /// <summary>Runs the encoder; call inside no_grad. Arguments as for <see cref="EncoderStack.Forward"/>.</summary>
    public Tensor Forward(Tensor embeddings, Tensor? mask, DropoutMasks? dropout)
    {
        Tensor bias = EncoderStack.Bias(weights, config, (int)embeddings.size(1), mask);
        _embeddingMask = dropout?.Next(1, config.Dim);
        Tensor x = _embeddingMask is null ? embeddings : embeddings * _embeddingMask;
        for (int block = 0; block < _layers.Length; block++)
        {
            _layers[block] = new Layer();
            x = FeedForward(Attend(x.contiguous(), block, bias, dropout), block, dropout);
        }

        _last = x;
        (Tensor y, _lastScales) = Norm(x, T5Layout.EncoderNorm);
        _finalMask = dropout?.Next(1, config.Dim);
        return _finalMask is null ? y : y.mul_(_finalMask);
    }

    /// <summary>The gradient of the embeddings.</summary>
    /// <param name="gradient">The gradient of the states; may be overwritten. // [batch, length, d]</param>
    /// <returns>// [batch, length, d]</returns>
    public Tensor Backward(Tensor gradient)
    {
        gradient = _finalMask is null ? gradient.contiguous() : gradient.mul(_finalMask);
        Tensor total = zeros_like(gradient);
        RowKernels.AddRmsNormGradient(total, gradient, _last!, _lastScales, weights[T5Layout.EncoderNorm]);
        for (int block = _layers.Length - 1; block >= 0; block--)
        {
            using DisposeScope scope = NewDisposeScope();
            FeedForwardGradient(total, block);
            AttendGradient(total, block);
        }

        return _embeddingMask is null ? total : total.mul_(_embeddingMask);
    }

    private Tensor Attend(Tensor x, int block, Tensor bias, DropoutMasks? dropout)
    {
        Layer layer = _layers[block];
        string prefix = T5Layout.Sublayer("encoder", block, 0);
        layer.AttentionInput = x;
        (Tensor normed, layer.AttentionScales) = Norm(x, $"{prefix}.layer_norm.weight");
        layer.Q = Split(F.linear(normed, Projection(block, "q")));
        layer.K = Split(F.linear(normed, Projection(block, "k")));
        layer.V = Split(F.linear(normed, Projection(block, "v")));
        Tensor scores = matmul(layer.Q, layer.K.transpose(2, 3)).to(ScalarType.Float32); // [batch, heads, length, length]
        layer.P = F.softmax(scores.add_(bias), -1).to(x.dtype);
        layer.KeyMask = dropout?.NextPerKey(config.Heads, x.size(1)).unsqueeze(3); // [batch, heads, length, 1]
        if (layer.KeyMask is not null)
        {
            layer.V = layer.V * layer.KeyMask;
        }

        Tensor update = F.linear(Merge(matmul(layer.P, layer.V)), Projection(block, "o"));
        layer.AttentionMask = dropout?.Next(1, config.Dim);
        return Layers.Add(x, update, layer.AttentionMask);
    }

    private Tensor FeedForward(Tensor x, int block, DropoutMasks? dropout)
    {
        Layer layer = _layers[block];
        layer.FeedForwardInput = x;
        (Tensor normed, layer.FeedForwardScales) = Norm(x, $"{T5Layout.Sublayer("encoder", block, 1)}.layer_norm.weight");
        bool gated = config.Activation != T5Activation.Relu;
        layer.Gate = F.linear(normed, Dense(block, gated ? "wi_0" : "wi"));
        layer.Up = gated ? F.linear(normed, Dense(block, "wi_1")) : null;
        using Tensor? mask = dropout?.Next(1, config.FeedForwardDim);
        using Tensor hidden = RowKernels.Activate(layer.Gate, layer.Up, mask, config.Activation);
        using Tensor update = F.linear(hidden, Dense(block, "wo"));
        layer.FeedForwardMask = dropout?.Next(1, config.Dim);
        return Layers.Add(x, update, layer.FeedForwardMask);
    }

    // total becomes the gradient of the sublayer's input.
    private void FeedForwardGradient(Tensor total, int block)
    {
        Layer layer = _layers[block];
        Tensor gradient = layer.FeedForwardMask is null ? total : total * layer.FeedForwardMask;
        Tensor hidden = matmul(gradient, Dense(block, "wo")); // [batch, length, ff]
        bool gated = layer.Up is not null;
        Tensor normed = matmul(layer.Gate!.mul_(hidden), Dense(block, gated ? "wi_0" : "wi"));
        if (gated)
        {
            AddProduct(normed, layer.Up!.mul_(hidden), Dense(block, "wi_1"));
        }

        AddNormGradient(total, normed, layer.FeedForwardInput!, layer.FeedForwardScales, $"{T5Layout.Sublayer("encoder", block, 1)}.layer_norm.weight");
    }

    private void AttendGradient(Tensor total, int block)
    {
        Layer layer = _layers[block];
        Tensor gradient = layer.AttentionMask is null ? total : total * layer.AttentionMask;
        Tensor heads = Split(matmul(gradient, Projection(block, "o"))); // [batch, heads, length, kv]
        Tensor v = matmul(layer.P!.transpose(2, 3), heads);
        v = layer.KeyMask is null ? v : v.mul_(layer.KeyMask);
        Tensor p = matmul(heads, layer.V!.transpose(2, 3)).mul_(layer.P); // P · dP
        Tensor scores = p.sub_(layer.P.mul(p.sum([-1], keepdim: true))); // [batch, heads, length, length]
        Tensor q = matmul(scores, layer.K!);
        Tensor k = matmul(scores.transpose(2, 3), layer.Q!);
        Tensor normed = matmul(Merge(q), Projection(block, "q"));
        AddProduct(normed, Merge(k), Projection(block, "k"));
        AddProduct(normed, Merge(v), Projection(block, "v"));
        AddNormGradient(total, normed, layer.AttentionInput!, layer.AttentionScales, $"{T5Layout.Sublayer("encoder", block, 0)}.layer_norm.weight");
    }

    // sum += rows · weight, without a tensor in between.
    private static void AddProduct(Tensor sum, Tensor rows, Tensor weight) =>
        sum.view(-1, sum.size(-1)).addmm_(rows.view(-1, rows.size(-1)), weight, 1, 1);

    private void AddNormGradient(Tensor total, Tensor gradient, Tensor x, float[] scales, string weight) =>
        RowKernels.AddRmsNormGradient(total, gradient, x, scales, weights[weight]);

    private (Tensor Y, float[] Scales) Norm(Tensor x, string weight) => RowKernels.RmsNorm(x, weights[weight], (float)config.NormEpsilon);

    private Tensor Projection(int block, string name) => weights[$"{T5Layout.Sublayer("encoder", block, 0)}.SelfAttention.{name}.weight"];

    private Tensor Dense(int block, string name) => weights[$"{T5Layout.Sublayer("encoder", block, 1)}.DenseReluDense.{name}.weight"];

    // [batch, length, heads * kv] -> [batch, heads, length, kv], contiguous
    private Tensor Split(Tensor x) => x.view(x.size(0), x.size(1), config.Heads, config.HeadDim).transpose(1, 2).contiguous();

    // [batch, heads, length, kv] -> [batch, length, heads * kv]
    private Tensor Merge(Tensor heads) => heads.transpose(1, 2).reshape(heads.size(0), heads.size(2), config.InnerDim);

    /// <summary>What a layer keeps.</summary>
    private sealed class Layer
    {
        public Tensor? AttentionInput, Q, K, V, P, KeyMask, AttentionMask, FeedForwardInput, Gate, Up, FeedForwardMask;
        public float[] AttentionScales = [], FeedForwardScales = [];
    }
}
