using System.Buffers;
using System.Text;

namespace Spot.Tokenization;

public sealed partial class T5Tokenizer
{
    /// <summary>Turns ids back into text, as SentencePiece does.</summary>
    /// <param name="ids">
    /// The ids. Padding and the end of sequence are dropped wherever they stand; an unknown is written as <c>" ⁇ "</c> (U+2047 between
    /// spaces); a sentinel is written as its name, <c>&lt;extra_id_0&gt;</c>. Ids beyond <see cref="VocabularySize"/>, which only
    /// the padded rows of an embedding table have, are written as unknown.
    /// </param>
    /// <returns>The text, without the space that the first word's mark stands for.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        StringBuilder text = new();
        foreach (int id in ids)
        {
            text.Append(Surface(id, first: text.Length == 0));
        }

        return text.Replace('\u2581', ' ').ToString();
    }

    /// <summary>Turns ids back into text in memory of the caller, in the same way as <see cref="Decode(IEnumerable{int})"/>.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="destination">Receives the text.</param>
    /// <param name="idsConsumed">The number of ids whose text was written.</param>
    /// <param name="charsWritten">The number of characters written.</param>
    /// <returns><see cref="OperationStatus.Done"/>, or <see cref="OperationStatus.DestinationTooSmall"/> if an id's text did not fit any more.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        idsConsumed = 0;
        charsWritten = 0;
        foreach (int id in ids)
        {
            ReadOnlySpan<char> surface = Surface(id, first: charsWritten == 0);
            if (surface.Length > destination.Length - charsWritten)
            {
                return OperationStatus.DestinationTooSmall;
            }

            surface.Replace(destination[charsWritten..], '\u2581', ' ');
            charsWritten += surface.Length;
            idsConsumed++;
        }

        return OperationStatus.Done;
    }

    // What an id adds to the text, with word marks. As long as there is no text, every piece loses the mark it starts with.
    private ReadOnlySpan<char> Surface(int id, bool first)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id, "ids");
        if (id >= _pieces.Length)
        {
            return id < VocabularySize ? Piece(id) : _unknownSurface;
        }

        return _kinds[id] switch
        {
            PieceKind.Control => default,
            PieceKind.Unknown => _unknownSurface,
            _ => _pieces[id].AsSpan(first && _pieces[id][0] == '\u2581' ? 1 : 0),
        };
    }
}
