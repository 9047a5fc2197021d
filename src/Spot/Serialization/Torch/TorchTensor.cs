using System.Collections.Immutable;

namespace Spot.Serialization;

/// <summary>The memory that tensors of a torch file are views of.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="DType">The type of its elements.</param>
/// <param name="Count">The number of its elements.</param>
internal sealed record TorchStorage(string Key, SafetensorsType DType, long Count)
{
    /// <summary>Its first byte in the file; set when the file is known whole.</summary>
    public long Offset { get; set; }
}

/// <summary>A tensor of a torch file: a view of a storage, checked to lie inside it.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Start, ImmutableArray<long> Shape, ImmutableArray<long> Strides)
{
    private const int MostDimensions = 8;

    public long ElementCount { get; } = Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Whether its elements lie one behind the other, row-major.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (int i = Shape.Length - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                {
                    return false;
                }

                expected *= Shape[i];
            }

            return true;
        }
    }

    /// <exception cref="FormatException">The view goes beyond its storage, or is larger than it.</exception>
    public static TorchTensor Create(TorchStorage storage, long start, long[] shape, long[] strides)
    {
        if (shape.Length != strides.Length || shape.Length > MostDimensions || start < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
        {
            throw new FormatException($"found a tensor of shape [{Join(shape)}], strides [{Join(strides)}] and offset {start}; expected as many strides as sizes, at most {MostDimensions}, none negative");
        }

        Int128 count = 1, last = start;
        for (int i = 0; i < shape.Length; i++)
        {
            count = Int128.Min(count * shape[i], long.MaxValue);
            last += shape[i] == 0 ? 0 : (Int128)(shape[i] - 1) * strides[i];
        }

        if (count > storage.Count || (count > 0 ? last >= storage.Count : start > storage.Count))
        {
            throw new FormatException($"found a tensor of shape [{Join(shape)}], strides [{Join(strides)}] and offset {start} in a storage of {storage.Count} elements; expected one that lies inside");
        }

        return new TorchTensor(storage, start, [.. shape], [.. strides]);
    }

    private static string Join(long[] values) => string.Join(", ", values);
}
