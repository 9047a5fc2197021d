using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Spot.Backbone;

/// <summary>e^x in float32, 16 at a time.</summary>
internal static class Exponential
{
    /// <summary>e^x to within a few units of the last place; 0 below −87 and e^88 above 88.</summary>
    /// <remarks>x = n ln 2 + r with |r| ≤ ln 2 / 2, a polynomial for e^r (Cephes), and n into the exponent.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        Vector512<float> least = Vector512.Create(-87f), one = Vector512<float>.One;
        Vector512<float> kept = Vector512.GreaterThan(x, least);
        x = Vector512.MinNative(Vector512.MaxNative(x, least), Vector512.Create(88f));
        Vector512<float> n = Vector512.Round(x * 1.44269504f);
        Vector512<float> r = x - (n * 0.693359375f) + (n * 2.12194440e-4f); // ln 2 in two parts: the first product is exact
        Vector512<float> y = Next(Vector512.Create(1.9875691500e-4f), r, 1.3981999507e-3f);
        y = Next(Next(Next(Next(y, r, 8.3334519073e-3f), r, 4.1665795894e-2f), r, 1.6666665459e-1f), r, 5.0000001201e-1f);
        y = Vector512.MultiplyAddEstimate(y, r * r, r) + one;
        Vector512<int> exponent = (Vector512.ConvertToInt32Native(n) + Vector512.Create(127)) << 23;
        return y * exponent.AsSingle() & kept;
    }

    private static Vector512<float> Next(Vector512<float> y, Vector512<float> r, float coefficient) =>
        Vector512.MultiplyAddEstimate(y, r, Vector512.Create(coefficient));
}
