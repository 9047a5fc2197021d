using System.Collections.Immutable;

namespace Spot.Serialization;

/// <summary>Where a tensor lies in a safetensors file.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed class SafetensorsTensor
{
    internal SafetensorsTensor(string name, SafetensorsType dtype, ImmutableArray<long> shape, long offset, long byteCount)
    {
        Name = name;
        DType = dtype;
        Shape = shape;
        Offset = offset;
        ByteCount = byteCount;
    }

    /// <summary>The tensor's name, unique in its file. Any text: it is never a path.</summary>
    public string Name { get; }

    /// <summary>The type of its elements.</summary>
    public SafetensorsType DType { get; }

    /// <summary>Its dimensions, row-major, each at least 0; empty for a scalar, which has one element.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>Its first byte, counted from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>Its size in bytes.</summary>
    public long ByteCount { get; }

    /// <summary>The number of its elements.</summary>
    public long ElementCount => ByteCount / SafetensorsTypes.Size(DType);
}
