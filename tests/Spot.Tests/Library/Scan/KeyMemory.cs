using System.Runtime.InteropServices;
using Spot.Library;

namespace Spot.Tests.Library;

/// <summary>A table of keys in memory of its own.</summary>
internal sealed unsafe class KeyMemory : IDisposable
{
    private readonly void* _codes, _bounds, _keys;

    internal KeyMemory(ReadOnlySpan<double> keys, int dim, Func<int, int>? tag = null, ulong[]? dead = null, Comparison<int>? ties = null)
    {
        int count = keys.Length / dim, padded = KeyCodes.Padded(dim);
        _keys = NativeMemory.Alloc((nuint)keys.Length * sizeof(double));
        _codes = NativeMemory.AllocZeroed((nuint)count * (nuint)padded);
        _bounds = NativeMemory.Alloc((nuint)count * (nuint)sizeof(KeyBound));
        keys.CopyTo(new Span<double>(_keys, keys.Length));
        for (int row = 0; row < count; row++)
        {
            Span<sbyte> codes = new((sbyte*)_codes + ((nint)row * padded), padded);
            ((KeyBound*)_bounds)[row] = KeyCodes.Write(keys.Slice(row * dim, dim), codes, tag?.Invoke(row) ?? 0);
        }

        Table = new KeyTable(count, dim, (sbyte*)_codes, (KeyBound*)_bounds, (double*)_keys) { Tombstones = dead, Ties = ties };
    }

    internal KeyTable Table { get; }

    public void Dispose()
    {
        NativeMemory.Free(_codes);
        NativeMemory.Free(_bounds);
        NativeMemory.Free(_keys);
    }
}
