using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Spot.Similarity;

/// <summary>
/// Sums in double over SIMD lanes. Reductions always use the same 16 lanes, products are rounded before they are added and lanes
/// are folded in a fixed order, so every processor gives the same bits, and equal rows give equal sums wherever they lie.
/// </summary>
internal static class Kernels
{
    private const int Lanes = 16;

    /// <summary>The inner product of two spans of equal length.</summary>
    internal static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(y.Length, x.Length);
        ref double px = ref MemoryMarshal.GetReference(x);
        ref double py = ref MemoryMarshal.GetReference(y);
        Vector512<double> even = Vector512<double>.Zero;
        Vector512<double> odd = Vector512<double>.Zero;
        int i = 0;
        for (; i <= x.Length - Lanes; i += Lanes)
        {
            even += Vector512.LoadUnsafe(ref px, (nuint)i) * Vector512.LoadUnsafe(ref py, (nuint)i);
            odd += Vector512.LoadUnsafe(ref px, (nuint)i + 8) * Vector512.LoadUnsafe(ref py, (nuint)i + 8);
        }

        double rest = 0;
        for (; i < x.Length; i++)
        {
            rest += x[i] * y[i];
        }

        return Fold(even + odd) + rest;
    }

    /// <summary>Σ x². Any float32 is safe: squares lie between 1e-90 and 1e77.</summary>
    internal static double SumOfSquares(ReadOnlySpan<float> x)
    {
        ref float px = ref MemoryMarshal.GetReference(x);
        Vector512<double> even = Vector512<double>.Zero;
        Vector512<double> odd = Vector512<double>.Zero;
        int i = 0;
        for (; i <= x.Length - Lanes; i += Lanes)
        {
            (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.LoadUnsafe(ref px, (nuint)i));
            even += low * low;
            odd += high * high;
        }

        double rest = 0;
        for (; i < x.Length; i++)
        {
            rest += (double)x[i] * x[i];
        }

        return Fold(even + odd) + rest;
    }

    /// <summary>sum += factor · row, element by element.</summary>
    internal static void AddScaled(ReadOnlySpan<float> row, double factor, Span<double> sum)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sum.Length, row.Length);
        ref float from = ref MemoryMarshal.GetReference(row);
        ref double to = ref MemoryMarshal.GetReference(sum);
        int width = Vector<double>.Count;
        Vector<double> factors = new(factor);
        int i = 0;
        for (; i <= row.Length - (2 * width); i += 2 * width)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<double> low, out Vector<double> high);
            (Vector.LoadUnsafe(ref to, (nuint)i) + (low * factors)).StoreUnsafe(ref to, (nuint)i);
            (Vector.LoadUnsafe(ref to, (nuint)(i + width)) + (high * factors)).StoreUnsafe(ref to, (nuint)(i + width));
        }

        for (; i < row.Length; i++)
        {
            sum[i] += row[i] * factor;
        }
    }

    private static double Fold(Vector512<double> lanes)
    {
        Vector256<double> four = lanes.GetLower() + lanes.GetUpper();
        Vector128<double> two = four.GetLower() + four.GetUpper();
        return two[0] + two[1];
    }
}
