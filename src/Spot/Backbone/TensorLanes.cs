using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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
        ref byte first = ref MemoryMarshal.GetReference(tensor.bytes);
        void* start = Unsafe.AsPointer(ref first); // native memory: it does not move
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
        return (Vector512.Create(Vector256.WidenLower(packed), Vector256.WidenUpper(packed)) << 16).AsSingle();
    }

    /// <summary>The elements that are left of a row, at most 16, and a value in place of those beyond it.</summary>
    public Vector512<float> Load(nint at, int left, float beyond)
    {
        if (left >= Count)
        {
            return Load(at);
        }

        float* values = stackalloc float[Count];
        for (int i = 0; i < Count; i++)
        {
            values[i] = i >= left ? beyond : _half == null ? _single[at + i] : BitConverter.UInt32BitsToSingle((uint)_half[at + i] << 16);
        }

        return Vector512.Load(values);
    }

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
    public void Store(nint at, int left, Vector512<float> values)
    {
        if (left >= Count)
        {
            Store(at, values);
            return;
        }

        Vector256<ushort> rounded = Round(values);
        for (int i = 0; i < left; i++)
        {
            if (_half == null)
            {
                _single[at + i] = values[i];
            }
            else
            {
                _half[at + i] = rounded[i];
            }
        }
    }

    // To nearest, ties to even.
    private static Vector256<ushort> Round(Vector512<float> values)
    {
        Vector512<uint> bits = values.AsUInt32();
        Vector512<uint> rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >> 16) & Vector512<uint>.One)) >> 16;
        return Vector256.Narrow(rounded.GetLower(), rounded.GetUpper());
    }
}
