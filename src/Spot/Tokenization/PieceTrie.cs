using System.Runtime.InteropServices;

namespace Spot.Tokenization;

/// <summary>A node of <see cref="PieceTrie"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TrieNode
{
    /// <summary>The child along byte b lies at <c>Children ^ b</c>, if that node names this one as its parent.</summary>
    public int Children;

    /// <summary>The place of the parent; negative at the root and in holes.</summary>
    public int Parent;

    /// <summary>The piece that ends here; −1 if none does.</summary>
    public int Id;

    /// <summary>The score of that piece.</summary>
    public float Score;
}

/// <summary>The pieces that can occur in text, as a trie over their bytes in one flat array (a double array).</summary>
/// <remarks>
/// The root lies at 0. The array is a whole number of blocks of 256 and the children of a node lie in one block,
/// so <c>Children ^ b</c> is inside the array for every byte. No piece holds a zero byte: a walk ends at the latest there.
/// </remarks>
internal sealed class PieceTrie
{
    private PieceTrie(TrieNode[] nodes) => Nodes = nodes;

    /// <summary>All nodes.</summary>
    public TrieNode[] Nodes { get; }

    /// <summary>Builds the trie of pieces that are all different.</summary>
    /// <param name="keys">The bytes of each piece; null for an id that cannot occur in text.</param>
    /// <param name="scores">The score of each id.</param>
    public static PieceTrie Build(byte[]?[] keys, float[] scores) => new(new PieceTrieBuilder(keys, scores).Build());
}
