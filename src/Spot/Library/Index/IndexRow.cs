using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Spot.Library;

/// <summary>What the index knows of a record: its id, which numbers it has, where its description lies, and the hashes of all that is kept of it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct IndexRow
{
    /// <summary>Instead of a step, where a record has no task embedding.</summary>
    internal const int NoStep = int.MinValue;

    internal Hashes Keys;

    /// <summary>Where the record's description begins.</summary>
    internal long InfoStart;

    /// <summary>The hash of the record's description.</summary>
    internal ulong InfoHash;

    /// <summary>The step of the task embedding, or <see cref="NoStep"/>.</summary>
    internal readonly int Step;

    private Sha256Bytes _sha;
    private IdBytes _id;
    private int _idLength;
    internal int InfoLength;
    private ulong _hash;

    internal IndexRow(string id, string sha256, int step)
    {
        Step = step;
        _idLength = Encoding.ASCII.GetBytes(id, _id);
        Convert.FromHexString(sha256, _sha, out _, out _);
    }

    internal static int Size => Unsafe.SizeOf<IndexRow>();

    internal readonly string Sha256 => Convert.ToHexStringLower(_sha);

    [UnscopedRef]
    internal readonly ReadOnlySpan<byte> Id => ((ReadOnlySpan<byte>)_id)[.._idLength];

    internal readonly string IdText => Encoding.ASCII.GetString(Id);

    internal readonly bool HasSha(string sha256) => Sha256 == sha256;

    /// <summary>Whether a record's sidecar is the one that the row was made of.</summary>
    internal readonly bool IsOf(LibraryEntry entry) => HasSha(entry.Sha256) && InfoHash == IndexInfo.Hash(IndexInfo.ToBytes(entry));

    /// <summary>Completes the row.</summary>
    internal void Seal() => _hash = Hash();

    /// <exception cref="InvalidDataException">The row is not as it was written.</exception>
    internal readonly void Check()
    {
        if (_hash != Hash())
        {
            throw new InvalidDataException("A row of the library's index is damaged.");
        }
    }

    private readonly ulong Hash()
    {
        IndexRow copy = this;
        return XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<IndexRow>(ref copy))[..^sizeof(ulong)]);
    }

    /// <summary>Hashes of the codes and of the key, for each similarity.</summary>
    [InlineArray(8)]
    internal struct Hashes
    {
        private ulong _first;
    }

    [InlineArray(32)]
    private struct Sha256Bytes
    {
        private byte _first;
    }

    [InlineArray(100)]
    private struct IdBytes
    {
        private byte _first;
    }
}
