using System.Buffers;
using System.Globalization;
using System.Text;

namespace Spot.Tokenization;

public sealed partial class T5Tokenizer
{
    /// <summary>Turns ids back into text, as SentencePiece does.</summary>
    /// <param name="ids">
    /// The ids. Padding and the end of sequence are dropped wherever they stand; an unknown is written as <c>" ⁇ "</c> (U+2047 between
    /// spaces); a sentinel is written as its name, <c>&lt;extra_id_0&gt;</c>, behind a space if the vocabulary's piece has a word mark.
    /// Bytes without another id between them are read as UTF-8; each that is not part of a whole character there becomes U+FFFD.
    /// Ids beyond <see cref="VocabularySize"/>, which only the padded rows of an embedding table have, are written as unknown.
    /// </param>
    /// <returns>The text, without the space that the first word's mark stands for.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public override string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        StringBuilder text = new();
        ByteRun run = default;
        foreach (int id in ids)
        {
            bool isByte = AddByte(id, ref run);
            AppendCharacters(text, ref run, ended: !isByte);
            if (!isByte)
            {
                AppendSurface(text, Surface(id, first: text.Length == 0));
            }
        }

        AppendCharacters(text, ref run, ended: true);
        return text.ToString();
    }

    /// <summary>Turns ids back into text in memory of the caller, in the same way as <see cref="Decode(IEnumerable{int})"/>.</summary>
    /// <param name="ids">The ids.</param>
    /// <param name="destination">Receives the text.</param>
    /// <param name="idsConsumed">The number of ids whose text was written; a character counts with all of its bytes or not at all.</param>
    /// <param name="charsWritten">The number of characters written.</param>
    /// <returns><see cref="OperationStatus.Done"/>, or <see cref="OperationStatus.DestinationTooSmall"/> if an id's text did not fit any more.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="ids"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public override OperationStatus Decode(IEnumerable<int> ids, Span<char> destination, out int idsConsumed, out int charsWritten)
    {
        ArgumentNullException.ThrowIfNull(ids);
        idsConsumed = 0;
        charsWritten = 0;
        ByteRun run = default;
        foreach (int id in ids)
        {
            bool isByte = AddByte(id, ref run);
            if (!WriteCharacters(ref run, ended: !isByte, destination, ref idsConsumed, ref charsWritten))
            {
                return OperationStatus.DestinationTooSmall;
            }

            if (isByte)
            {
                continue;
            }

            ReadOnlySpan<char> surface = Surface(id, first: charsWritten == 0);
            if (surface.Length > destination.Length - charsWritten)
            {
                return OperationStatus.DestinationTooSmall;
            }

            surface.Replace(destination[charsWritten..], '\u2581', ' ');
            charsWritten += surface.Length;
            idsConsumed++;
        }

        return WriteCharacters(ref run, ended: true, destination, ref idsConsumed, ref charsWritten)
            ? OperationStatus.Done
            : OperationStatus.DestinationTooSmall;
    }

    private bool AddByte(int id, ref ByteRun run)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id, "ids");
        bool isByte = id < _kinds.Length && _kinds[id] == PieceKind.Byte;
        if (isByte)
        {
            run.Add(byte.Parse(_pieces[id].AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
        }

        return isByte;
    }

    private static void AppendCharacters(StringBuilder text, ref ByteRun run, bool ended)
    {
        Span<char> units = stackalloc char[2];
        while (run.Next(ended, out Rune character) > 0)
        {
            text.Append(units[..character.EncodeToUtf16(units)]);
        }
    }

    private static bool WriteCharacters(ref ByteRun run, bool ended, Span<char> destination, ref int idsConsumed, ref int charsWritten)
    {
        while (run.Next(ended, out Rune character) is int bytes and > 0)
        {
            if (!character.TryEncodeToUtf16(destination[charsWritten..], out int units))
            {
                return false;
            }

            idsConsumed += bytes;
            charsWritten += units;
        }

        return true;
    }

    private static void AppendSurface(StringBuilder text, ReadOnlySpan<char> surface)
    {
        while (surface.IndexOf('\u2581') is int mark and >= 0)
        {
            text.Append(surface[..mark]).Append(' ');
            surface = surface[(mark + 1)..];
        }

        text.Append(surface);
    }

    // What an id adds to the text, with word marks. As long as there is no text, every piece loses the mark it starts with.
    private ReadOnlySpan<char> Surface(int id, bool first)
    {
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
