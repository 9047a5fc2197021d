using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Spot.Tokenization;

/// <summary>Finds the best way to write a normalised text in pieces (Kudo 2018), with the arithmetic of SentencePiece to the last bit.</summary>
/// <remarks>
/// <para>
/// Scores are summed and compared as <see cref="float"/>, and a candidate must be strictly better than what is kept, so the first
/// of equals stays. Both decide ties, and ties occur: runs of punctuation are full of them. (SentencePiece 0.2.3 is
/// followed here; 0.1.97 compared sums in <see cref="double"/> and decides some of them otherwise.)
/// </para>
/// <para>
/// A character that no piece has is unknown. Neighbouring ones become one unknown piece or, with byte fallback, each becomes the
/// pieces of its UTF-8 bytes, of which the last one stands for the character and the others for nothing at its start.
/// </para>
/// </remarks>
internal sealed class UnigramSearch
{
    private const float UnknownPenalty = 10;

    private readonly TrieNode[] _nodes;
    private readonly int[] _lengths;
    private readonly int _unknownId;
    private readonly float _unknownScore;
    private readonly int[]? _byteIds;
    private readonly int _mostIdsPerByte;

    /// <summary>Takes the vocabulary.</summary>
    /// <param name="trie">The pieces that text is written in.</param>
    /// <param name="lengths">Their lengths in bytes, by id.</param>
    /// <param name="unknownId">What an unknown becomes without byte fallback.</param>
    /// <param name="lowestScore">The lowest score of a piece in the trie.</param>
    /// <param name="byteIds">With byte fallback: the piece of each byte.</param>
    public UnigramSearch(PieceTrie trie, int[] lengths, int unknownId, float lowestScore, int[]? byteIds)
    {
        _nodes = trie.Nodes;
        _lengths = lengths;
        _unknownId = unknownId;
        _unknownScore = lowestScore - UnknownPenalty;
        _byteIds = byteIds;

        // A word mark is one byte here and three in UTF-8, which counts only where it is unknown itself.
        ref TrieNode mark = ref _nodes[_nodes[0].Children ^ TextNormalizer.WordMark];
        _mostIdsPerByte = byteIds is null || (mark.Parent == 0 && mark.Id >= 0) ? 1 : 3;
    }

    /// <summary>Searches the first <paramref name="length"/> bytes of <see cref="TokenizerScratch.Normalized"/>, which a zero byte follows.</summary>
    /// <returns>The number of pieces, which lie at the end of <see cref="TokenizerScratch.Ids"/> and <see cref="TokenizerScratch.Ends"/>.</returns>
    public int Run(TokenizerScratch scratch, int length)
    {
        scratch.ReserveSearch(length, checked(length * _mostIdsPerByte));
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
            if (id != _unknownId)
            {
                ids[--to] = id;
                ends[to] = end;
                end -= _lengths[id];
                continue;
            }

            int start = end - 1;
            while ((text[start] & 0xC0) == 0x80)
            {
                start--;
            }

            if (_byteIds is not null)
            {
                to = Spell(scratch, start, end, to);
            }
            else if (to == ids.Length || ids[to] != id)
            {
                ids[--to] = id;
                ends[to] = end;
            }

            end = start;
        }

        return ids.Length - to;
    }

    // Writes a character's bytes in front of what has been found.
    private int Spell(TokenizerScratch scratch, int start, int end, int to)
    {
        ReadOnlySpan<byte> bytes = scratch.Normalized.AsSpan(start..end);
        bytes = bytes[0] == TextNormalizer.WordMark ? "\u2581"u8 : bytes;
        int last = to - 1;
        for (int i = bytes.Length - 1; i >= 0; i--)
        {
            scratch.Ids[--to] = _byteIds![bytes[i]];
            scratch.Ends[to] = to == last ? end : start;
        }

        return to;
    }
}
