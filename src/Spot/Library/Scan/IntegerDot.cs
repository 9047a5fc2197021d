using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spot.Library;

/// <summary>Σ code · weight over 8-bit codes and 16-bit weights, which must fit 32 bits. Integers: the same on every processor.</summary>
internal static class IntegerDot
{
    /// <summary>Rows of codes are padded with zeros to a multiple of this.</summary>
    internal const int Block = 64;

    /// <summary>How many queries <see cref="Sums"/> takes.</summary>
    internal const int Together = 4;

    private const int Ahead = 4096; // bytes; far enough for memory, near enough for the cache

    /// <summary>The sum of one query.</summary>
    /// <param name="codes">A multiple of <see cref="Block"/> codes.</param>
    /// <param name="weights">As many weights.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static unsafe int Sum(ReadOnlySpan<sbyte> codes, ReadOnlySpan<short> weights)
    {
        ref sbyte c = ref MemoryMarshal.GetReference(codes);
        ref short w = ref MemoryMarshal.GetReference(weights);
        if (Avx512BW.IsSupported)
        {
            Vector512<int> even = Vector512<int>.Zero, odd = Vector512<int>.Zero;
            for (nuint i = 0; i < (nuint)codes.Length; i += Block)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref c, i + Ahead))); // a hint: never faults
                even += Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref c, i)), Vector512.LoadUnsafe(ref w, i));
                odd += Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref c, i + 32)), Vector512.LoadUnsafe(ref w, i + 32));
            }

            return Vector512.Sum(even + odd);
        }

        if (Avx2.IsSupported)
        {
            Vector256<int> sum = Vector256<int>.Zero;
            for (nuint i = 0; i < (nuint)codes.Length; i += 16)
            {
                sum += Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref c, i)), Vector256.LoadUnsafe(ref w, i));
            }

            return Vector256.Sum(sum);
        }

        return SumNarrow(ref c, ref w, codes.Length);
    }

    /// <summary>The sums of four queries: the codes are read and widened once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (int A, int B, int C, int D) Sums(
        ReadOnlySpan<sbyte> codes, ReadOnlySpan<short> a, ReadOnlySpan<short> b, ReadOnlySpan<short> c, ReadOnlySpan<short> d)
    {
        if (!Avx512BW.IsSupported)
        {
            return (Sum(codes, a), Sum(codes, b), Sum(codes, c), Sum(codes, d));
        }

        ref sbyte from = ref MemoryMarshal.GetReference(codes);
        ref short pa = ref MemoryMarshal.GetReference(a), pb = ref MemoryMarshal.GetReference(b);
        ref short pc = ref MemoryMarshal.GetReference(c), pd = ref MemoryMarshal.GetReference(d);
        Vector512<int> sa = Vector512<int>.Zero, sb = sa, sc = sa, sd = sa;
        for (nuint i = 0; i < (nuint)codes.Length; i += 32)
        {
            Vector512<short> wide = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref from, i));
            sa += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref pa, i));
            sb += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref pb, i));
            sc += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref pc, i));
            sd += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref pd, i));
        }

        return (Vector512.Sum(sa), Vector512.Sum(sb), Vector512.Sum(sc), Vector512.Sum(sd));
    }

    // 128 bits, on any processor that has them.
    private static int SumNarrow(ref sbyte codes, ref short weights, int count)
    {
        Vector128<int> sum = Vector128<int>.Zero;
        for (nuint i = 0; i < (nuint)count; i += 16)
        {
            (Vector128<short> low, Vector128<short> high) = Vector128.Widen(Vector128.LoadUnsafe(ref codes, i));
            sum += Products(low, Vector128.LoadUnsafe(ref weights, i)) + Products(high, Vector128.LoadUnsafe(ref weights, i + 8));
        }

        return Vector128.Sum(sum);
    }

    private static Vector128<int> Products(Vector128<short> x, Vector128<short> y)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(x, y);
        }

        (Vector128<int> xLow, Vector128<int> xHigh) = Vector128.Widen(x);
        (Vector128<int> yLow, Vector128<int> yHigh) = Vector128.Widen(y);
        return (xLow * yLow) + (xHigh * yHigh);
    }
}
