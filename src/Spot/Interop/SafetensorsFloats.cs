using System.Buffers.Binary;

namespace Spot.Interop;

/// <summary>Little-endian floats of any size to float32.</summary>
internal static class SafetensorsFloats
{
    internal static void Convert(ReadOnlySpan<byte> bytes, SafetensorsType type, Span<float> values)
    {
        switch (type)
        {
            case SafetensorsType.F32:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
                }

                break;
            case SafetensorsType.F16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(2 * i)..]);
                }

                break;
            case SafetensorsType.BF16:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadInt16LittleEndian(bytes[(2 * i)..]) << 16);
                }

                break;
            case SafetensorsType.F64:
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = (float)BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Expected a floating-point type.");
        }
    }
}
