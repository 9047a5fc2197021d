using System.Runtime.InteropServices;

namespace Spot.Tokenization;

/// <summary>The best path that ends at one place of the normalised text: its score and its last piece.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PathEnd
{
    public float Score;
    public int Id;
}

/// <summary>The buffers of one call, kept per thread for the next one.</summary>
internal sealed class TokenizerScratch
{
    private const int LargestKept = 1 << 18;

    [ThreadStatic]
    private static TokenizerScratch? _kept;

    private byte[] _source = [];
    private byte[] _normalized = [];
    private int[] _offsets = [];
    private PathEnd[] _paths = [];
    private int[] _ids = [];
    private int[] _ends = [];

    /// <summary>The text as UTF-8.</summary>
    public byte[] Source => _source;

    /// <summary>The normalised text; U+2581 is the byte 0x20 here.</summary>
    public byte[] Normalized => _normalized;

    /// <summary>For each normalised byte, and for the end, its place in the text in UTF-16 units.</summary>
    public int[] Offsets => _offsets;

    /// <summary>The search's table, one entry for each end of a normalised byte.</summary>
    public PathEnd[] Paths => _paths;

    /// <summary>The found ids, at the end of the array.</summary>
    public int[] Ids => _ids;

    /// <summary>Where each found piece ends in the normalised text, at the end of the array.</summary>
    public int[] Ends => _ends;

    /// <summary>Takes this thread's buffers; a call inside a call gets new ones.</summary>
    public static TokenizerScratch Rent()
    {
        TokenizerScratch scratch = _kept ?? new TokenizerScratch();
        _kept = null;
        return scratch;
    }

    /// <summary>Gives the buffers back, unless one long text made them large.</summary>
    public void Return()
    {
        if (_normalized.Length <= LargestKept && _source.Length <= LargestKept)
        {
            _kept = this;
        }
    }

    public void ReserveSource(int length) => Reserve(ref _source, length, 0);

    public void ReserveNormalized(int length, int used, bool offsets)
    {
        Reserve(ref _normalized, length, used);
        if (offsets)
        {
            Reserve(ref _offsets, _normalized.Length, used);
        }
    }

    public void ReserveSearch(int length, int ids)
    {
        Reserve(ref _paths, length + 1, 0);
        Reserve(ref _ids, ids, 0);
        Reserve(ref _ends, ids, 0);
    }

    private static void Reserve<T>(ref T[] buffer, int length, int used)
    {
        if (buffer.Length < length)
        {
            T[] larger = new T[Math.Max(length, Math.Max(256, (int)Math.Min(2L * buffer.Length, Array.MaxLength)))];
            buffer.AsSpan(0, used).CopyTo(larger);
            buffer = larger;
        }
    }
}
