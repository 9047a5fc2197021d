using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// The element-wise parts of a frozen encoder layer, forward and backward, each in one pass over memory. They work in place on
/// contiguous float32 or bfloat16 tensors on the CPU; all arithmetic is float32.
/// </summary>
internal static class RowKernels
{
    private const int Lanes = 16;
    private const int RowsPerTask = 32;

    /// <summary>What is done with one row.</summary>
    private delegate void RowAction(nint row);

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
        Accessor from = new(x), to = new(y), w = new(weight);
        ForRows(scales.Length, row =>
        {
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
        Accessor sum = new(total), g = new(gradient), from = new(x), w = new(weight);
        ForRows(scales.Length, row =>
        {
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
    /// The gated activation h = act(gate) · up · mask. Gate and up are overwritten with ∂h/∂gate and ∂h/∂up, so that the backward pass
    /// is two products.
    /// </summary>
    /// <param name="gate">// [batch, length, ff], ff a multiple of 16</param>
    /// <param name="up">The same shape; null for an activation without a gate.</param>
    /// <param name="mask">Dropout, null for none. // [batch, 1, ff]</param>
    /// <param name="activation">act.</param>
    /// <returns>h.</returns>
    public static Tensor Activate(Tensor gate, Tensor? up, Tensor? mask, T5Activation activation)
    {
        Tensor hidden = empty_like(gate);
        int dim = (int)gate.size(-1), length = (int)gate.size(1);
        Accessor a = new(gate), b = new(up ?? gate), h = new(hidden), m = new(mask ?? gate);
        ForRows((int)(gate.numel() / dim), row =>
        {
            for (int i = 0; i < dim; i += Lanes)
            {
                nint at = (row * dim) + i;
                (Vector512<float> value, Vector512<float> slope) = Evaluate(a.Load(at), activation);
                Vector512<float> keep = mask is null ? Vector512<float>.One : m.Load((row / length * dim) + i);
                Vector512<float> other = up is null ? keep : b.Load(at) * keep;
                h.Store(at, value * other);
                a.Store(at, slope * other);
                if (up is not null)
                {
                    b.Store(at, value * keep);
                }
            }
        });
        return hidden;
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
                Vector512<float> gate = one / (one + Vector512.Exp(-x));
                return (x * gate, gate * (one + (x * (one - gate))));
            default:
                // gelu by tanh: x · σ(2u) with u = √(2/π) (x + 0.044715 x³).
                const float k = 1.5957691216057308f; // 2 √(2/π)
                Vector512<float> square = x * x;
                Vector512<float> sigma = one / (one + Vector512.Exp(-k * x * (one + (square * 0.044715f))));
                return (x * sigma, sigma + (x * sigma * (one - sigma) * k * (one + (square * 0.134145f))));
        }
    }

    private static void ForRows(int rows, RowAction action)
    {
        int tasks = (rows + RowsPerTask - 1) / RowsPerTask;
        ParallelOptions options = new() { MaxDegreeOfParallelism = get_num_threads() };
        Parallel.For(0, tasks, options, task =>
        {
            for (int row = task * RowsPerTask; row < Math.Min(rows, (task + 1) * RowsPerTask); row++)
            {
                action(row);
            }
        });
    }

    /// <summary>16 elements of a tensor at a time, as float32. The tensor must stay alive.</summary>
    private readonly unsafe struct Accessor
    {
        private readonly float* _single;
        private readonly ushort* _half;

        public Accessor(Tensor tensor)
        {
            ref byte first = ref MemoryMarshal.GetReference(tensor.bytes);
            void* start = System.Runtime.CompilerServices.Unsafe.AsPointer(ref first); // native memory: it does not move
            _half = tensor.dtype == ScalarType.BFloat16 ? (ushort*)start : null;
            _single = (float*)start;
        }

        public Vector512<float> Load(nint at)
        {
            if (_half == null)
            {
                return Vector512.Load(_single + at);
            }

            Vector256<ushort> packed = Vector256.Load(_half + at);
            return Vector512.Create(Vector256.WidenLower(packed), Vector256.WidenUpper(packed)).ShiftLeft().AsSingle();
        }

        public void Store(nint at, Vector512<float> values)
        {
            if (_half == null)
            {
                values.Store(_single + at);
                return;
            }

            // Round to nearest, ties to even.
            Vector512<uint> bits = values.AsUInt32();
            Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One)) >> 16;
            Vector256.Narrow(rounded.GetLower(), rounded.GetUpper()).Store(_half + at);
        }
    }

    private static Vector512<uint> ShiftLeft(this Vector512<uint> bits) => bits << 16;
}
