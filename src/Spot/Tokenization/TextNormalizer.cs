using System.Text;

namespace Spot.Tokenization;

/// <summary>
/// Turns text into what the vocabulary is written in: the rules over characters are applied, runs of spaces become one, the ends are
/// stripped, and a word mark (U+2581) stands for every space and in front.
/// </summary>
/// <remarks>Inside the tokenizer a word mark is the byte 0x20, which is free: no space is left, and the pieces are written so too.</remarks>
internal sealed class TextNormalizer
{
    public const byte WordMark = (byte)' ';

    private readonly ITextRules _rules;
    private readonly bool[] _copied;
    private readonly bool _plainSpace;

    public TextNormalizer(ITextRules rules)
    {
        _rules = rules;
        _copied = rules.PlainAscii();
        _plainSpace = _copied[' '];
        _copied[' '] = false;
    }

    /// <summary>Normalises a text into <see cref="TokenizerScratch.Normalized"/>, followed by a zero byte.</summary>
    /// <param name="text">Any text; a lone surrogate is read as U+FFFD.</param>
    /// <param name="scratch">Receives the bytes and, if <paramref name="offsets"/>, where in the text each comes from.</param>
    /// <param name="offsets">Whether places in the text are wanted.</param>
    /// <returns>The number of normalised bytes.</returns>
    public int Normalize(ReadOnlySpan<char> text, TokenizerScratch scratch, bool offsets)
    {
        int most = text.Length <= 1 << 16 ? 3 * text.Length : Encoding.UTF8.GetByteCount(text);
        scratch.ReserveSource(most + 1);
        int length = Encoding.UTF8.GetBytes(text, scratch.Source);
        scratch.Source[length] = 0;
        scratch.ReserveNormalized(length + 2, 0, offsets);
        return Normalize(scratch.Source.AsSpan(0, length + 1), scratch, offsets);
    }

    // `source` ends with a zero byte that is not part of the text. The output keeps room for all bytes that are left to copy.
    private int Normalize(ReadOnlySpan<byte> source, TokenizerScratch scratch, bool offsets)
    {
        int length = source.Length - 1;
        int read = SkipLeadingSpaces(source[..length], out int place);
        if (read == length)
        {
            return 0;
        }

        byte[] output = scratch.Normalized;
        int[] places = scratch.Offsets;
        bool[] copied = _copied;
        output[0] = WordMark;
        int written = 1;
        if (offsets)
        {
            places[0] = place;
        }

        bool afterSpace = true;
        while (read < length)
        {
            byte next = source[read];
            if (next < 0x80 && source[read + 1] < 0x80 && (copied[next] || (next == ' ' && _plainSpace)))
            {
                read++;
                bool space = next == ' ';
                if (!space || !afterSpace)
                {
                    if (offsets)
                    {
                        places[written] = place;
                    }

                    output[written++] = next;
                    afterSpace = space;
                }

                place++;
                continue;
            }

            int taken = Step(source[read..length], out ReadOnlySpan<byte> mapped);
            scratch.ReserveNormalized(written + mapped.Length + (length - read) + 1, written, offsets);
            output = scratch.Normalized;
            places = scratch.Offsets;
            int end = Append(mapped, output, written, ref afterSpace);
            if (offsets)
            {
                places.AsSpan(written..end).Fill(place);
            }

            written = end;
            place += Utf16Length(source.Slice(read, taken));
            read += taken;
        }

        while (written > 0 && output[written - 1] == WordMark)
        {
            written--;
            place = offsets ? places[written] : 0;
        }

        output[written] = 0;
        if (offsets)
        {
            places[written] = place;
        }

        return written;
    }

    private int SkipLeadingSpaces(ReadOnlySpan<byte> source, out int place)
    {
        int read = 0;
        place = 0;
        while (read < source.Length)
        {
            int taken = Step(source[read..], out ReadOnlySpan<byte> mapped);
            if (mapped.Length != 1 || mapped[0] != ' ')
            {
                break;
            }

            place += Utf16Length(source.Slice(read, taken));
            read += taken;
        }

        return read;
    }

    // One rule or, where none fits, one character as it is.
    private int Step(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> mapped)
    {
        int taken = _rules.Match(source, out mapped);
        if (taken == 0)
        {
            taken = Utf8Length(source[0]);
            mapped = source[..taken];
        }

        return taken;
    }

    private static int Append(ReadOnlySpan<byte> mapped, byte[] output, int written, ref bool afterSpace)
    {
        while (afterSpace && !mapped.IsEmpty && mapped[0] == ' ')
        {
            mapped = mapped[1..];
        }

        if (mapped.IsEmpty)
        {
            return written;
        }

        afterSpace = mapped[^1] == ' ';
        for (int i = 0; i < mapped.Length; i++)
        {
            if (mapped[i..].StartsWith("\u2581"u8))
            {
                output[written++] = WordMark;
                i += 2;
            }
            else
            {
                output[written++] = mapped[i];
            }
        }

        return written;
    }

    /// <summary>The number of bytes of the character that starts with a byte.</summary>
    public static int Utf8Length(byte first) => first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    private static int Utf16Length(ReadOnlySpan<byte> utf8)
    {
        int units = 0;
        foreach (byte b in utf8)
        {
            units += (b & 0xC0) == 0x80 ? 0 : b < 0xF0 ? 1 : 2;
        }

        return units;
    }
}
