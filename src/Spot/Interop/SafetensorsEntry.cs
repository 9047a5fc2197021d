using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Spot.Interop;

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

    /// <summary>An F32 tensor over an array, not copied.</summary>
    internal static SafetensorsEntry Over(string name, ImmutableArray<long> shape, float[] values) =>
        new(name, SafetensorsType.F32, shape, new ArrayBytes<float>(values).Memory);

    /// <summary>An F64 vector over an array, not copied.</summary>
    internal static SafetensorsEntry Over(string name, double[] values) =>
        new(name, SafetensorsType.F64, [values.Length], new ArrayBytes<double>(values).Memory);
}
