using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Spot.Library;

/// <summary>How much of the index is valid. Written in place after what it speaks of; 72 bytes, with their own hash.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IndexHead
{
    /// <summary>Instead of a <see cref="Stamp"/> that is not known.</summary>
    internal const long NoStamp = 0;

    private const ulong Name = 0x33_58_45_44_4e_49_50_53; // SPINDEX3

    private ulong _name;

    /// <summary>Part of the files' names; a new index has another one.</summary>
    internal long Generation;

    /// <summary>One more for every change.</summary>
    internal long Sequence;

    /// <summary>The time stamp of the library's folder when the index held all its records and nothing was wrong with it; else <see cref="NoStamp"/>.</summary>
    internal long Stamp;

    /// <summary>How much is used of the file with the records' descriptions.</summary>
    internal long InfoBytes;

    internal ulong Backbone;
    internal int Dim;
    internal int Count;
    internal int TombstoneCount;

    /// <summary>1 when a writer changed records without knowing the index: then it lacks some.</summary>
    internal int IsIncomplete;

    private ulong _hash;

    internal static int Size => Unsafe.SizeOf<IndexHead>();

    internal static ulong HashOf(string backbone) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(backbone.AsSpan()));

    /// <summary>Whether these bytes were written by <see cref="ToBytes"/>.</summary>
    internal readonly bool IsValid()
    {
        IndexHead copy = this;
        return _name == Name && _hash == Hash(MemoryMarshal.AsBytes(new ReadOnlySpan<IndexHead>(ref copy)));
    }

    internal byte[] ToBytes()
    {
        _name = Name;
        byte[] bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<IndexHead>(ref this)).ToArray();
        MemoryMarshal.Write(bytes.AsSpan(Size - sizeof(ulong)), Hash(bytes));
        return bytes;
    }

    private static ulong Hash(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes[..^sizeof(ulong)]);
}
