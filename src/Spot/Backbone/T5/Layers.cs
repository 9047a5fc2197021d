using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Backbone;

/// <summary>The layers of a T5 block that work on each position alone.</summary>
internal static class Layers
{
    /// <summary>x / √(mean x² + ε) · weight, computed in float32; no mean is subtracted and nothing added.</summary>
    /// <param name="x">// [batch, length, d]</param>
    /// <param name="weight">// [d], float32</param>
    /// <param name="epsilon">ε; kept by the caller, see <see cref="T5Weights.Epsilon"/>.</param>
    public static Tensor RmsNorm(Tensor x, Tensor weight, Scalar epsilon)
    {
        Tensor wide = x.to(ScalarType.Float32);
        Tensor scale = (wide * wide).mean([-1], keepdim: true).Plus(epsilon).rsqrt(); // [batch, length, 1]
        return (wide * scale * weight).to(x.dtype);
    }

    /// <summary>The feed-forward layer on a normalised input.</summary>
    /// <param name="x">// [batch, length, d]</param>
    /// <param name="weights">All weights.</param>
    /// <param name="prefix">The layer's name, for example <c>encoder.block.0.layer.1</c>.</param>
    /// <param name="config">Its width, and whether it is gated.</param>
    /// <param name="math">What computes the activation.</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <returns>// [batch, length, d]</returns>
    public static Tensor FeedForward(Tensor x, T5Weights weights, string prefix, T5Config config, BlockMath math, DropoutMasks? dropout)
    {
        Tensor Weight(string name) => weights[$"{prefix}.DenseReluDense.{name}.weight"];
        Tensor gate = F.linear(x, Weight(config.IsGated ? "wi_0" : "wi")); // [batch, length, ff]
        Tensor? up = config.IsGated ? F.linear(x, Weight("wi_1")) : null;
        return F.linear(math.Activate(gate, up, dropout?.Next(1, config.FeedForwardDim), slopes: false), Weight("wo"));
    }

    /// <summary>act(gate) · up · mask, of which the gate alone is always there.</summary>
    public static Tensor Activate(Tensor gate, Tensor? up, Tensor? mask, T5Activation activation)
    {
        Tensor hidden = activation switch
        {
            T5Activation.Relu => gate.relu(),
            T5Activation.GatedGelu => F.gelu(gate, TorchSharp.Modules.GELU.Approximate.tanh),
            _ => F.silu(gate),
        };
        hidden = up is null ? hidden : hidden * up;
        return mask is null ? hidden : hidden * mask;
    }

    /// <summary>residual + mask · update.</summary>
    public static Tensor Residual(Tensor x, Tensor update, T5Config config, DropoutMasks? dropout) =>
        Add(x, update, dropout?.Next(1, config.Dim));

    /// <summary>x + mask · update, the mask null for none.</summary>
    public static Tensor Add(Tensor x, Tensor update, Tensor? mask) => mask is null ? x.Plus(update) : addcmul(x, update, mask, TensorSums.One);

    /// <summary>x with dropout.</summary>
    public static Tensor Dropped(Tensor x, T5Config config, DropoutMasks? dropout) =>
        dropout is null ? x : x * dropout.Next(1, config.Dim);
}
