using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Spot.Tokenization;

/// <summary>Finds the best way to write a normalised text in pieces (Kudo 2018), with the arithmetic of SentencePiece to the last bit.</summary>
/// <remarks>
/// Scores are summed and compared as <see cref="float"/>, and a candidate must be strictly better than what is kept, so the first
/// of equals stays. Both decide ties, and ties occur: runs of punctuation are full of them. (SentencePiece 0.2.3 is
/// followed here; 0.1.97 compared sums in <see cref="double"/> and decides some of them otherwise.)
/// </remarks>
internal sealed class UnigramSearch
{
    private const float UnknownPenalty = 10;

    private readonly TrieNode[] _nodes;
    private readonly int[] _lengths;
    private readonly int _unknownId;
    private readonly float _unknownScore;

    public UnigramSearch(PieceTrie trie, int[] lengths, int unknownId, float lowestScore)
    {
        _nodes = trie.Nodes;
        _lengths = lengths;
        _unknownId = unknownId;
        _unknownScore = lowestScore - UnknownPenalty;
    }

    /// <summary>Searches the first <paramref name="length"/> bytes of <see cref="TokenizerScratch.Normalized"/>, which a zero byte follows.</summary>
    /// <returns>The number of pieces, which lie at the end of <see cref="TokenizerScratch.Ids"/> and <see cref="TokenizerScratch.Ends"/>.</returns>
    public int Run(TokenizerScratch scratch, int length)
    {
        scratch.ReserveSearch(length);
        Span<PathEnd> paths = scratch.Paths.AsSpan(0, length + 1);
        paths[1..].Fill(new PathEnd { Score = float.NegativeInfinity, Id = -1 });
        paths[0] = default;
        Forward(scratch.Normalized.AsSpan(0, length + 1), paths);
        return Backward(scratch, length);
    }

    // The walk needs no bounds checks: the zero byte at the end of the text is on no edge of the trie (see PieceTrie).
    private void Forward(ReadOnlySpan<byte> text, Span<PathEnd> paths)
    {
        ref byte bytes = ref MemoryMarshal.GetReference(text);
        ref PathEnd ends = ref MemoryMarshal.GetReference(paths);
        ref TrieNode nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        int rootChildren = nodes.Children;
        int length = text.Length - 1;
        for (int start = 0; start < length;)
        {
            float before = Unsafe.Add(ref ends, start).Score;
            int next = start + TextNormalizer.Utf8Length(Unsafe.Add(ref bytes, start));
            int parent = 0;
            int children = rootChildren;
            int position = start;
            bool single = false;
            while (true)
            {
                int place = children ^ Unsafe.Add(ref bytes, position);
                ref TrieNode node = ref Unsafe.Add(ref nodes, place);
                if (node.Parent != parent)
                {
                    break;
                }

                position++;
                if (node.Id >= 0)
                {
                    float score = node.Score + before;
                    ref PathEnd end = ref Unsafe.Add(ref ends, position);
                    if (score > end.Score)
                    {
                        end.Score = score;
                        end.Id = node.Id;
                    }

                    single |= position == next;
                }

                parent = place;
                children = node.Children;
            }

            if (!single)
            {
                float score = _unknownScore + before;
                ref PathEnd end = ref paths[next];
                if (score > end.Score)
                {
                    end.Score = score;
                    end.Id = _unknownId;
                }
            }

            start = next;
        }
    }

    // Neighbouring unknown characters become one unknown piece.
    private int Backward(TokenizerScratch scratch, int length)
    {
        PathEnd[] paths = scratch.Paths;
        byte[] text = scratch.Normalized;
        int[] ids = scratch.Ids;
        int[] ends = scratch.Ends;
        int to = ids.Length;
        for (int end = length; end > 0;)
        {
            int id = paths[end].Id;
            if (id != _unknownId || to == ids.Length || ids[to] != id)
            {
                ids[--to] = id;
                ends[to] = end;
            }

            if (id != _unknownId)
            {
                end -= _lengths[id];
                continue;
            }

            do
            {
                end--;
            }
            while ((text[end] & 0xC0) == 0x80);
        }

        return ids.Length - to;
    }
}
