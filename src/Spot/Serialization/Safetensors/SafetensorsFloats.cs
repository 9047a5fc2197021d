using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Spot.Serialization;

/// <summary>Floats of any size to float32. Files and processors are little-endian: libtorch runs on no others.</summary>
internal static class SafetensorsFloats
{
    internal static void Convert(ReadOnlySpan<byte> bytes, SafetensorsType type, Span<float> values)
    {
        switch (type)
        {
            case SafetensorsType.F64:
                ReadOnlySpan<double> doubles = MemoryMarshal.Cast<byte, double>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)doubles[i];
                }

                break;
            case SafetensorsType.F32:
                bytes.CopyTo(MemoryMarshal.AsBytes(values));
                break;
            case SafetensorsType.F16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes), values);
                break;
            case SafetensorsType.BF16:
                ReadOnlySpan<ushort> upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Expected a floating-point type.");
        }
    }
}
