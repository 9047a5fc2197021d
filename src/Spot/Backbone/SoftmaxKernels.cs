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
    /// <param name="bias">Contiguous, float32. // [1, heads, queries, keys]</param>
    /// <param name="mask">0 or −∞ per key, float32; null for none. // [batch, 1, 1, keys]</param>
    public static void Softmax(Tensor scores, Tensor bias, Tensor? mask)
    {
        int heads = (int)scores.size(1), queries = (int)scores.size(2), keys = (int)scores.size(3), rows = (int)scores.size(0) * heads * queries;
        TensorLanes s = new(scores), b = new(bias), m = new(mask ?? bias);
        bool masked = mask is not null;
        KernelRows.For(rows, row =>
        {
            Span<float> x = keys <= MostOnStack ? stackalloc float[Padded(keys)] : new float[Padded(keys)];
            nint at = row * keys, biasAt = row % (heads * queries) * keys, maskAt = row / (heads * queries) * keys;
            Vector512<float> largest = Vector512.Create(float.NegativeInfinity);
            for (int i = 0; i < keys; i += Lanes)
            {
                int left = keys - i;
                Vector512<float> value = s.Load(at + i, left, float.NegativeInfinity) + b.Load(biasAt + i, left, 0);
                value = masked ? value + m.Load(maskAt + i, left, 0) : value;
                largest = Vector512.Max(largest, value);
                value.CopyTo(x[i..]);
            }

            Vector512<float> shift = Vector512.Create(Max(largest)), sum = Vector512<float>.Zero;
            for (int i = 0; i < keys; i += Lanes)
            {
                Vector512<float> value = ExpOfNegative(Vector512.Create(x[i..]) - shift);
                sum += value;
                value.CopyTo(x[i..]);
            }

            float scale = 1f / Vector512.Sum(sum);
            for (int i = 0; i < keys; i += Lanes)
            {
                s.Store(at + i, keys - i, Vector512.Create(x[i..]) * scale);
            }
        });
    }

    /// <summary>The gradient through a softmax: gradient = p · (gradient − Σ p · gradient).</summary>
    /// <param name="gradient">The gradient of p; becomes that of the scores. // [batch, heads, queries, keys]</param>
    /// <param name="p">What <see cref="Softmax"/> left.</param>
    public static void Gradient(Tensor gradient, Tensor p)
    {
        int keys = (int)p.size(3);
        TensorLanes g = new(gradient), weights = new(p);
        KernelRows.For((int)(p.numel() / keys), row =>
        {
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

    private static int Padded(int count) => (count + Lanes - 1) / Lanes * Lanes;

    private static float Max(Vector512<float> values)
    {
        float largest = values[0];
        for (int i = 1; i < Lanes; i++)
        {
            largest = MathF.Max(largest, values[i]);
        }

        return largest;
    }

    // e^x for x ≤ 0 to within 2 units of the last place; below −87 it is 0. x = n ln 2 + r, |r| ≤ ln 2 / 2, and a polynomial for e^r.
    private static Vector512<float> ExpOfNegative(Vector512<float> x)
    {
        Vector512<float> kept = Vector512.GreaterThan(x, Vector512.Create(-87f));
        x = Vector512.Max(x, Vector512.Create(-87f));
        Vector512<float> n = Vector512.Round(x * 1.44269504f);
        Vector512<float> r = x - (n * 0.693359375f) + (n * 2.12194440e-4f); // ln 2 in two parts: the first product is exact
        Vector512<float> y = Vector512.Create(1.9875691500e-4f);
        y = (y * r) + Vector512.Create(1.3981999507e-3f);
        y = (y * r) + Vector512.Create(8.3334519073e-3f);
        y = (y * r) + Vector512.Create(4.1665795894e-2f);
        y = (y * r) + Vector512.Create(1.6666665459e-1f);
        y = (y * r) + Vector512.Create(5.0000001201e-1f);
        y = (y * r * r) + r + Vector512<float>.One;
        Vector512<int> exponent = (Vector512.ConvertToInt32(n) + Vector512.Create(127)) << 23;
        return y * exponent.AsSingle() & kept;
    }
}
