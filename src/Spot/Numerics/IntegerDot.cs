using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spot.Numerics;

/// <summary>Σ code · weight over 8-bit codes and 16-bit weights. Integers: the same on every processor.</summary>
internal static class IntegerDot
{
    /// <summary>Rows of codes are padded with zeros to a multiple of this.</summary>
    internal const int Block = 64;

    private const int Ahead = 4096; // bytes; far enough for memory, near enough for the cache

    /// <summary>The sum, which must fit 32 bits.</summary>
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

        int total = 0;
        for (int i = 0; i < codes.Length; i++)
        {
            total += codes[i] * weights[i];
        }

        return total;
    }
}
