using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Spot.Serialization;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="DType">The type of its elements.</param>
/// <param name="Shape">Its dimensions, row-major; empty for a scalar.</param>
/// <param name="Data">Its elements as little-endian bytes, exactly as many as type and shape say.</param>
/// <remarks>The bytes are not copied: leave them unchanged until they are written.</remarks>
public sealed record SafetensorsEntry(string Name, SafetensorsType DType, ImmutableArray<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>An F32 tensor of a copy of the values.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">Its dimensions, row-major.</param>
    /// <param name="values">Its elements.</param>
    /// <returns>The tensor.</returns>
    public static SafetensorsEntry FromFloats(string name, ImmutableArray<long> shape, ReadOnlySpan<float> values) =>
        new(name, SafetensorsType.F32, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A BF16 tensor of rounded values, ties to even.</summary>
    internal static SafetensorsEntry RoundedToBFloat16(string name, ImmutableArray<long> shape, ReadOnlySpan<float> values)
    {
        byte[] data = new byte[2 * values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(2 * i), BFloat16(values[i]));
        }

        return new SafetensorsEntry(name, SafetensorsType.BF16, shape, data);
    }

    // The upper half of the bits, the lower half rounded into it; a NaN must not become infinite.
    private static ushort BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>An F32 tensor over an array, not copied.</summary>
    internal static SafetensorsEntry Over(string name, ImmutableArray<long> shape, float[] values) =>
        new(name, SafetensorsType.F32, shape, new ArrayBytes<float>(values).Memory);

    /// <summary>An F64 vector over an array, not copied.</summary>
    internal static SafetensorsEntry Over(string name, double[] values) =>
        new(name, SafetensorsType.F64, [values.Length], new ArrayBytes<double>(values).Memory);
}
