using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The softmax of attention, forward and backward, in place and in one pass over memory; arithmetic is float32.</summary>
internal static class SoftmaxKernels
{
    private const int Lanes = TensorLanes.Count;
    private const int MostOnStack = 4096;

    /// <summary>scores = softmax(scores + bias + mask).</summary>
    /// <param name="scores">Overwritten. Contiguous, float32 or bfloat16. // [batch, heads, queries, keys]</param>
    /// <param name="bias">Contiguous, float32; null for none. // [1, heads, queries, keys]</param>
    /// <param name="mask">0 or −∞ per key, float32; null for none. // [batch, 1, 1, keys]</param>
    public static void Softmax(Tensor scores, Tensor? bias, Tensor? mask)
    {
        int heads = (int)scores.size(1), queries = (int)scores.size(2), keys = (int)scores.size(3), rows = (int)scores.size(0) * heads * queries;
        TensorLanes allScores = new(scores), allBias = new(bias ?? scores), allMask = new(mask ?? scores);
        bool biased = bias is not null, masked = mask is not null;
        KernelRows.For(rows, [SkipLocalsInit] (row) =>
        {
            TensorLanes s = allScores, b = allBias, m = allMask; // locals stay in registers
            Span<float> buffer = keys <= MostOnStack ? stackalloc float[TensorLanes.Padded(keys)] : new float[TensorLanes.Padded(keys)];
            ref float x = ref MemoryMarshal.GetReference(buffer);
            nint at = row * keys, biasAt = row % (heads * queries) * keys, maskAt = row / (heads * queries) * keys;
            Vector512<float> largest = Vector512.Create(float.NegativeInfinity);
            for (int i = 0; i < keys; i += Lanes)
            {
                int left = keys - i;
                Vector512<float> value = s.Load(at + i, left, float.NegativeInfinity);
                value = biased ? value + b.Load(biasAt + i, left, 0) : value;
                value = masked ? value + m.Load(maskAt + i, left, 0) : value;
                largest = Vector512.MaxNative(largest, value);
                value.StoreUnsafe(ref x, (nuint)i);
            }

            Vector512<float> shift = Vector512.Create(Max(largest)), sum = Vector512<float>.Zero;
            for (int i = 0; i < keys; i += Lanes)
            {
                Vector512<float> value = Exponential.Of(Vector512.LoadUnsafe(ref x, (nuint)i) - shift);
                sum += value;
                value.StoreUnsafe(ref x, (nuint)i);
            }

            float scale = 1f / Vector512.Sum(sum);
            for (int i = 0; i < keys; i += Lanes)
            {
                s.Store(at + i, keys - i, Vector512.LoadUnsafe(ref x, (nuint)i) * scale);
            }
        });
    }

    /// <summary>The gradient through a softmax: gradient = p · (gradient − Σ p · gradient).</summary>
    /// <param name="gradient">The gradient of p; becomes that of the scores. // [batch, heads, queries, keys]</param>
    /// <param name="p">What <see cref="Softmax"/> left.</param>
    public static void Gradient(Tensor gradient, Tensor p)
    {
        int keys = (int)p.size(3);
        TensorLanes allGradients = new(gradient), allWeights = new(p);
        KernelRows.For((int)(p.numel() / keys), row =>
        {
            TensorLanes g = allGradients, weights = allWeights;
            nint at = row * keys;
            Vector512<float> sum = Vector512<float>.Zero;
            for (int i = 0; i < keys; i += Lanes)
            {
                sum += g.Load(at + i, keys - i, 0) * weights.Load(at + i, keys - i, 0);
            }

            Vector512<float> mean = Vector512.Create(Vector512.Sum(sum));
            for (int i = 0; i < keys; i += Lanes)
            {
                int left = keys - i;
                g.Store(at + i, left, weights.Load(at + i, left, 0) * (g.Load(at + i, left, 0) - mean));
            }
        });
    }

    /// <summary>The largest of 16 numbers.</summary>
    public static float Max(Vector512<float> values)
    {
        Vector256<float> eight = Vector256.Max(values.GetLower(), values.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }
}
