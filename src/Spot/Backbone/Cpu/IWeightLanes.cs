using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spot.Backbone;

/// <summary>32 stored numbers at a time as float32, in the order that is cheapest; what they are multiplied with is arranged in the same order.</summary>
internal unsafe interface IWeightLanes
{
    /// <summary>Numbers that are read together. What is left of a row behind whole groups has its natural order.</summary>
    const int Group = 32;

    /// <summary>Bytes of a number.</summary>
    static abstract int Size { get; }

    /// <summary>Reads a group.</summary>
    static abstract void Load(byte* from, out Vector512<float> first, out Vector512<float> second);

    /// <summary>Reads one number.</summary>
    static abstract float LoadOne(byte* from);

    /// <summary>Writes one number, rounded to nearest, ties to even.</summary>
    static abstract void StoreOne(byte* to, float value);

    /// <summary>Brings a group from its natural order into that of <see cref="Load"/>.</summary>
    static abstract void Arrange(ref Vector512<float> first, ref Vector512<float> second);

    /// <summary>Where a number of a group stands in that order.</summary>
    static abstract int Place(int index);
}

/// <summary>Float32, as it lies.</summary>
internal readonly unsafe struct SingleLanes : IWeightLanes
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* from, out Vector512<float> first, out Vector512<float> second)
    {
        first = Vector512.Load((float*)from);
        second = Vector512.Load((float*)from + 16);
    }

    public static float LoadOne(byte* from) => *(float*)from;

    public static void StoreOne(byte* to, float value) => *(float*)to = value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Arrange(ref Vector512<float> first, ref Vector512<float> second)
    {
        // as it lies
    }

    public static int Place(int index) => index;
}

/// <summary>Bfloat16: a group is 16 words, whose upper halves are the odd numbers; the even ones are shifted up. One operation for 16 numbers.</summary>
internal readonly unsafe struct HalfLanes : IWeightLanes
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* from, out Vector512<float> first, out Vector512<float> second)
    {
        Vector512<uint> pairs = Vector512.Load((uint*)from);
        first = (pairs << 16).AsSingle();
        second = (pairs & Vector512.Create(0xFFFF0000u)).AsSingle();
    }

    public static float LoadOne(byte* from) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)from << 16);

    public static void StoreOne(byte* to, float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        *(ushort*)to = float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFFu + ((bits >> 16) & 1)) >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Arrange(ref Vector512<float> first, ref Vector512<float> second)
    {
        Vector512<int> even = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        if (Avx512F.IsSupported)
        {
            Vector512<float> evens = Avx512F.PermuteVar16x32x2(first, even, second);
            second = Avx512F.PermuteVar16x32x2(first, even + Vector512<int>.One, second);
            first = evens;
            return;
        }

        float* natural = stackalloc float[IWeightLanes.Group], arranged = stackalloc float[IWeightLanes.Group];
        first.Store(natural);
        second.Store(natural + 16);
        for (int i = 0; i < IWeightLanes.Group; i++)
        {
            arranged[Place(i)] = natural[i];
        }

        first = Vector512.Load(arranged);
        second = Vector512.Load(arranged + 16);
    }

    public static int Place(int index) => (index >> 1) + ((index & 1) << 4);
}
