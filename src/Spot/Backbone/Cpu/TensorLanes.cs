using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>16 elements at a time of a contiguous float32 or bfloat16 tensor on the CPU, as float32. The tensor must stay alive.</summary>
internal readonly unsafe struct TensorLanes
{
    public const int Count = 16;
    private readonly float* _single;
    private readonly ushort* _half;

    public TensorLanes(Tensor tensor)
    {
        void* start = Start(tensor);
        _half = tensor.dtype == ScalarType.BFloat16 ? (ushort*)start : null;
        _single = (float*)start;
    }

    /// <summary>A count of elements, rounded up to whole vectors.</summary>
    public static int Padded(int count) => (count + Count - 1) / Count * Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Load(nint at) => _half == null ? Vector512.Load(_single + at) : Widen(_half + at);

    /// <summary>The elements that are left of a row, at most 16, and a value in place of those beyond it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector512<float> Load(nint at, int left, float beyond) =>
        left >= Count ? Load(at)
        : Avx512BW.VL.IsSupported ? LoadMasked(at, left, beyond)
        : LoadPart(Start(at), _half == null, left, beyond);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(nint at, Vector512<float> values)
    {
        if (_half == null)
        {
            values.Store(_single + at);
            return;
        }

        Round(values).Store(_half + at);
    }

    /// <summary>Writes what is left of a row, at most 16 elements, and nothing beyond it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(nint at, int left, Vector512<float> values)
    {
        if (left >= Count)
        {
            Store(at, values);
            return;
        }

        if (Avx512BW.VL.IsSupported)
        {
            StoreMasked(at, left, values);
            return;
        }

        StorePart(Start(at), _half == null, left, values);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<float> LoadMasked(nint at, int left, float beyond)
    {
        Vector512<float> other = Vector512.Create(beyond);
        if (_half == null)
        {
            Vector512<int> below = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(left));
            return Avx512F.MaskLoad(_single + at, below.AsSingle(), other);
        }

        Vector256<ushort> inside = Vector256.LessThan(Vector256<ushort>.Indices, Vector256.Create((ushort)left));
        Vector256<ushort> packed = Avx512BW.VL.MaskLoad(_half + at, inside, Round(other));
        return (Avx512F.ConvertToVector512UInt32(packed) << 16).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void StoreMasked(nint at, int left, Vector512<float> values)
    {
        if (_half == null)
        {
            Vector512<int> below = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(left));
            Avx512F.MaskStore(_single + at, below.AsSingle(), values);
            return;
        }

        Vector256<ushort> inside = Vector256.LessThan(Vector256<ushort>.Indices, Vector256.Create((ushort)left));
        Avx512BW.VL.MaskStore(_half + at, inside, Round(values));
    }

    // Neither inlined nor told of the struct: either would cost the loops their registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector512<float> LoadPart(void* start, bool single, int left, float beyond)
    {
        uint* part = stackalloc uint[Count];
        Unsafe.CopyBlockUnaligned(part, start, (uint)(left * (single ? sizeof(float) : sizeof(ushort))));
        Vector512<float> values = single ? Vector512.Load((float*)part) : Widen((ushort*)part);
        Vector512<float> inside = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(left)).AsSingle();
        return Vector512.ConditionalSelect(inside, values, Vector512.Create(beyond));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StorePart(void* start, bool single, int left, Vector512<float> values)
    {
        uint* part = stackalloc uint[Count];
        if (single)
        {
            values.Store((float*)part);
        }
        else
        {
            Round(values).Store((ushort*)part);
        }

        Unsafe.CopyBlockUnaligned(start, part, (uint)(left * (single ? sizeof(float) : sizeof(ushort))));
    }

    // Native memory: it does not move. A span holds no more than 2 GB, so where the tensor does it is that of its first element.
    internal static void* Start(Tensor tensor)
    {
        if (tensor.NumberOfElements * tensor.ElementSize <= int.MaxValue)
        {
            return Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
        }

        using Tensor flat = tensor.view(-1), first = flat.narrow(0, 0, 1);
        return Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }

    private void* Start(nint at) => _half == null ? _single + at : _half + at;

    private static Vector512<float> Widen(ushort* from)
    {
        Vector256<ushort> packed = Vector256.Load(from);
        Vector512<uint> wide = Avx512F.IsSupported
            ? Avx512F.ConvertToVector512UInt32(packed)
            : Vector512.Create(Vector256.WidenLower(packed), Vector256.WidenUpper(packed));
        return (wide << 16).AsSingle();
    }

    // To nearest, ties to even.
    private static Vector256<ushort> Round(Vector512<float> values)
    {
        Vector512<uint> bits = values.AsUInt32();
        Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One)) >> 16;
        return Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(rounded) : Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
    }
}
