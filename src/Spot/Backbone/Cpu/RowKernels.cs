using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// The element-wise parts of a frozen encoder layer, forward and backward, each in one pass over memory. They work in place on
/// contiguous float32 or bfloat16 tensors on the CPU; all arithmetic is float32.
/// </summary>
internal static unsafe class RowKernels
{
    private const int Lanes = TensorLanes.Count;

    /// <summary>RMS norm: y = x · s · w with s = 1 / √(mean x² + ε).</summary>
    /// <param name="x">// [rows, d], d a multiple of 16</param>
    /// <param name="weight">// [d], float32</param>
    /// <param name="epsilon">ε.</param>
    /// <returns>y and the scale of every row, float32. // [rows, d], [rows]</returns>
    public static (Tensor Y, float[] Scales) RmsNorm(Tensor x, Tensor weight, float epsilon)
    {
        Tensor y = empty_like(x);
        int dim = (int)x.size(-1);
        float[] scales = new float[x.numel() / dim];
        TensorLanes allX = new(x), allY = new(y), allWeights = new(weight);
        KernelRows.For(scales.Length, row =>
        {
            TensorLanes from = allX, to = allY, w = allWeights; // locals stay in registers
            Vector512<float> sum = Vector512<float>.Zero;
            for (int i = 0; i < dim; i += Lanes)
            {
                Vector512<float> value = from.Load((row * dim) + i);
                sum += value * value;
            }

            float scale = 1f / MathF.Sqrt((Vector512.Sum(sum) / dim) + epsilon);
            scales[row] = scale;
            for (int i = 0; i < dim; i += Lanes)
            {
                to.Store((row * dim) + i, from.Load((row * dim) + i) * scale * w.Load(i));
            }
        });
        return (y, scales);
    }

    /// <summary>Adds the gradient through an RMS norm: total += s · (w g) − x · s³ · mean(w g x).</summary>
    /// <param name="total">The gradient of x so far. // [rows, d]</param>
    /// <param name="gradient">The gradient of y. // [rows, d]</param>
    /// <param name="x">What was normalised. // [rows, d]</param>
    /// <param name="scales">The scale of every row.</param>
    /// <param name="weight">// [d], float32</param>
    public static void AddRmsNormGradient(Tensor total, Tensor gradient, Tensor x, float[] scales, Tensor weight)
    {
        int dim = (int)x.size(-1);
        TensorLanes allTotals = new(total), allGradients = new(gradient), allX = new(x), allWeights = new(weight);
        KernelRows.For(scales.Length, row =>
        {
            TensorLanes sum = allTotals, g = allGradients, from = allX, w = allWeights;
            Vector512<float> products = Vector512<float>.Zero;
            for (int i = 0; i < dim; i += Lanes)
            {
                products += g.Load((row * dim) + i) * w.Load(i) * from.Load((row * dim) + i);
            }

            float scale = scales[row];
            float pull = Vector512.Sum(products) / dim * scale * scale * scale;
            for (int i = 0; i < dim; i += Lanes)
            {
                nint at = (row * dim) + i;
                sum.Store(at, sum.Load(at) + (g.Load(at) * w.Load(i) * scale) - (from.Load(at) * pull));
            }
        });
    }

    /// <summary>
    /// The gated activation h = act(gate) · up · mask, in the place of the gate; or beside it, where gate and up are overwritten with the slopes
    /// ∂h/∂gate and ∂h/∂up, so that the backward pass is two products.
    /// </summary>
    /// <param name="gate">// [batch, length, ff], ff a multiple of 16</param>
    /// <param name="up">The same shape; null for an activation without a gate.</param>
    /// <param name="mask">Dropout, null for none. // [batch, 1, ff]</param>
    /// <param name="activation">act.</param>
    /// <param name="slopes">Whether a backward pass follows.</param>
    /// <returns>h.</returns>
    public static Tensor Activate(Tensor gate, Tensor? up, Tensor? mask, T5Activation activation, bool slopes)
    {
        Tensor hidden = slopes ? empty_like(gate) : gate;
        int dim = (int)gate.size(-1), length = (int)gate.size(1);
        TensorLanes allGates = new(gate), allUps = new(up ?? gate), allHidden = new(hidden), allMasks = new(mask ?? gate);
        bool gated = up is not null, masked = mask is not null;
        KernelRows.For((int)(gate.numel() / dim), row =>
        {
            TensorLanes a = allGates, b = allUps, h = allHidden, m = allMasks;
            for (int i = 0; i < dim; i += Lanes)
            {
                nint at = (row * dim) + i;
                (Vector512<float> value, Vector512<float> slope) = Evaluate(a.Load(at), activation);
                Vector512<float> keep = masked ? m.Load((row / length * dim) + i) : Vector512<float>.One;
                Vector512<float> other = gated ? b.Load(at) * keep : keep;
                h.Store(at, value * other);
                if (slopes)
                {
                    a.Store(at, slope * other);
                }

                if (slopes && gated)
                {
                    b.Store(at, value * keep);
                }
            }
        });
        return hidden;
    }

    /// <summary>RMS norm of one row, arranged as the lanes of what it is multiplied with: y = x · s · w · scale.</summary>
    /// <param name="x">// [d], d a multiple of 16</param>
    /// <param name="weight">// [d]</param>
    /// <param name="dim">d.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="scale">A factor.</param>
    /// <param name="y">// [d]</param>
    public static void RmsNorm<T>(float* x, float* weight, int dim, float epsilon, float scale, float* y)
        where T : struct, IWeightLanes
    {
        Vector512<float> sum = Vector512<float>.Zero;
        for (int i = 0; i < dim; i += Lanes)
        {
            Vector512<float> value = Vector512.Load(x + i);
            sum += value * value;
        }

        scale /= MathF.Sqrt((Vector512.Sum(sum) / dim) + epsilon);
        int at = 0;
        for (; at + IWeightLanes.Group <= dim; at += IWeightLanes.Group)
        {
            Vector512<float> first = Vector512.Load(x + at) * scale * Vector512.Load(weight + at);
            Vector512<float> second = Vector512.Load(x + at + Lanes) * scale * Vector512.Load(weight + at + Lanes);
            T.Arrange(ref first, ref second);
            first.Store(y + at);
            second.Store(y + at + Lanes);
        }

        if (at < dim)
        {
            (Vector512.Load(x + at) * scale * Vector512.Load(weight + at)).Store(y + at);
        }
    }

    /// <summary>The gated activation of a part of a row, in the place of the gate, arranged as the lanes of what it is multiplied with.</summary>
    /// <param name="gate">// [count]</param>
    /// <param name="up">Null for an activation without a gate. // [count]</param>
    /// <param name="count">At most a group; less only at the end of the row, and a multiple of 16.</param>
    /// <param name="activation">act.</param>
    public static void Activate<T>(float* gate, float* up, int count, T5Activation activation)
        where T : struct, IWeightLanes
    {
        Vector512<float> first = Evaluate(Vector512.Load(gate), activation).Value;
        first = up == null ? first : first * Vector512.Load(up);
        if (count == IWeightLanes.Group)
        {
            Vector512<float> second = Evaluate(Vector512.Load(gate + Lanes), activation).Value;
            second = up == null ? second : second * Vector512.Load(up + Lanes);
            T.Arrange(ref first, ref second);
            second.Store(gate + Lanes);
        }

        first.Store(gate);
    }

    private static (Vector512<float> Value, Vector512<float> Slope) Evaluate(Vector512<float> x, T5Activation activation)
    {
        Vector512<float> one = Vector512<float>.One;
        switch (activation)
        {
            case T5Activation.Relu:
                Vector512<float> positive = Vector512.GreaterThan(x, Vector512<float>.Zero);
                return (x & positive, one & positive);
            case T5Activation.GatedSilu:
                Vector512<float> gate = one / (one + Exponential.Of(-x));
                return (x * gate, gate * (one + (x * (one - gate))));
            default:
                // gelu by tanh: x · σ(2u) with u = √(2/π) (x + 0.044715 x³).
                const float k = 1.5957691216057308f; // 2 √(2/π)
                Vector512<float> square = x * x;
                Vector512<float> sigma = one / (one + Exponential.Of(-k * x * (one + (square * 0.044715f))));
                return (x * sigma, sigma + (x * sigma * (one - sigma) * k * (one + (square * 0.134145f))));
        }
    }
}
