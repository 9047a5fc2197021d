namespace Spot.Serialization;

/// <summary>Names and sizes of the element types.</summary>
internal static class SafetensorsTypes
{
    /// <summary>The names, for messages.</summary>
    internal const string Known = "F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL";

    /// <summary>The size of an element in bytes.</summary>
    internal static int Size(SafetensorsType type) => type switch
    {
        SafetensorsType.F64 or SafetensorsType.I64 => 8,
        SafetensorsType.F32 or SafetensorsType.I32 => 4,
        SafetensorsType.F16 or SafetensorsType.BF16 or SafetensorsType.I16 => 2,
        SafetensorsType.I8 or SafetensorsType.U8 or SafetensorsType.Bool => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, $"Expected {Known}."),
    };

    /// <summary>The name in a file.</summary>
    internal static string Name(SafetensorsType type) => type == SafetensorsType.Bool ? "BOOL" : type.ToString();

    /// <summary>The type of a name in a file; null for unknown ones. Names are case-sensitive.</summary>
    internal static SafetensorsType? Parse(string name) => name switch
    {
        "F64" => SafetensorsType.F64,
        "F32" => SafetensorsType.F32,
        "F16" => SafetensorsType.F16,
        "BF16" => SafetensorsType.BF16,
        "I64" => SafetensorsType.I64,
        "I32" => SafetensorsType.I32,
        "I16" => SafetensorsType.I16,
        "I8" => SafetensorsType.I8,
        "U8" => SafetensorsType.U8,
        "BOOL" => SafetensorsType.Bool,
        _ => null,
    };

    /// <summary>The bytes of a tensor; null where a dimension is negative or the product exceeds 2⁶³ − 1.</summary>
    internal static long? ByteCount(SafetensorsType type, ReadOnlySpan<long> shape)
    {
        try
        {
            long count = Size(type);
            foreach (long dimension in shape)
            {
                if (dimension < 0)
                {
                    return null;
                }

                count = checked(count * dimension);
            }

            return count;
        }
        catch (OverflowException)
        {
            return null;
        }
    }
}
