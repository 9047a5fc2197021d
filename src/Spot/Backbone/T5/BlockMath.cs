using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Backbone;

/// <summary>
/// What a block computes between its products, with the bias that all blocks of a pass share: by tensor operations, which make a graph and work on
/// every device, or by kernels, in one pass over memory and without a graph.
/// </summary>
/// <param name="weights">The weights.</param>
/// <param name="config">The architecture.</param>
/// <param name="bias">Float32; contiguous for kernels, with the mask in it for tensor operations; null for none. // [batch or 1, heads, queries, keys]</param>
/// <param name="mask">For kernels: 0 where a key is real, −∞ where it is padding; null where nothing is padded. // [batch, 1, 1, length]</param>
/// <param name="kernels">Whether kernels compute it: inside no_grad, on contiguous tensors.</param>
/// <param name="sequences">Where the encoder's attention is a kernel of its own, without bias and mask, and without a tape; else null.</param>
internal sealed class BlockMath(T5Weights weights, T5Config config, Tensor? bias, Tensor? mask, bool kernels, Sequences? sequences = null)
{
    /// <summary>The sequences whose attention is a kernel of its own; null where it is products and <see cref="Softmax"/>.</summary>
    public Sequences? Sequences => sequences;

    /// <summary>RMS norm.</summary>
    /// <param name="x">// [batch, length, d]</param>
    /// <param name="weight">// [d]</param>
    /// <returns>The normalised rows, and from kernels the scale of each. // [batch, length, d]</returns>
    public (Tensor Y, float[] Scales) Norm(Tensor x, Tensor weight) => kernels
        ? RowKernels.RmsNorm(x, weight, (float)config.NormEpsilon)
        : (Layers.RmsNorm(x, weight, weights.Epsilon), []);

    /// <summary>softmax(scores + bias + mask) over the keys, in float32 inside.</summary>
    /// <param name="scores">May be overwritten. // [batch, heads, queries, keys]</param>
    public Tensor Softmax(Tensor scores)
    {
        if (!kernels)
        {
            Tensor wide = scores.to(ScalarType.Float32);
            return F.softmax(bias is null ? wide : wide.Plus(bias), -1).to(scores.dtype);
        }

        SoftmaxKernels.Softmax(scores, bias, mask);
        return scores;
    }

    /// <summary>act(gate) · up · dropout.</summary>
    /// <param name="gate">May be overwritten. // [batch, length, ff]</param>
    /// <param name="up">Null for an activation without a gate. May be overwritten. // [batch, length, ff]</param>
    /// <param name="dropout">A mask, null for none. // [batch, 1, ff]</param>
    /// <param name="slopes">Whether gate and up become what <see cref="RowKernels.Activate"/> makes of them.</param>
    /// <returns>// [batch, length, ff]</returns>
    public Tensor Activate(Tensor gate, Tensor? up, Tensor? dropout, bool slopes) =>
        kernels ? RowKernels.Activate(gate, up, dropout, config.Activation, slopes) : Layers.Activate(gate, up, dropout, config.Activation);
}
