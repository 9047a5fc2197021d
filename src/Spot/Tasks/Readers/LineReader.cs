using System.Text;

namespace Spot.Tasks;

/// <summary>Lines of a UTF-8 file that end in LF or CR LF; stops at a line that is too long before it is in memory.</summary>
internal sealed class LineReader(DataFileSettings settings, DataStream stream)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>The number of the last line, from 1.</summary>
    internal long Number { get; private set; }

    /// <summary>'file', line n.</summary>
    internal string Place => PlaceOf(settings, Number);

    internal static string PlaceOf(DataFileSettings settings, long line) => $"'{settings.Path}', line {line}";

    /// <summary>Decodes text that was read up to a line, strictly, and checks that it is text and its length.</summary>
    internal static string Decode(DataFileSettings settings, ReadOnlySpan<byte> bytes, string place)
    {
        int zero = bytes.IndexOf((byte)0);
        if (zero >= 0)
        {
            throw new InvalidDataException($"{place}: found a NUL character at byte {zero + 1}, expected text. The file is damaged, or no text; write it again without.");
        }

        try
        {
            string text = Utf8.GetString(bytes);
            return text.Length <= settings.MaxRowLength ? text : throw TooLong(settings, place);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{place}: found bytes that are no UTF-8 ({Convert.ToHexString(e.BytesUnknown ?? [])} at byte {e.Index + 1}). Save the file as UTF-8.", e);
        }
    }

    /// <summary>A character takes three bytes of UTF-8 at most (those of four are two characters), so more bytes are too long whatever they are.</summary>
    internal static bool IsTooLong(DataFileSettings settings, long bytes) => bytes > 3L * settings.MaxRowLength;

    internal static InvalidDataException TooLong(DataFileSettings settings, string place, Exception? inner = null) => new(
        $"{place}: the row is longer than {settings.MaxRowLength} characters. Is a quote or bracket never closed, or the format another one? " +
        $"Otherwise raise {nameof(DataFileOptions)}.{nameof(DataFileOptions.MaxRowLength)}.", inner);

    /// <summary>The next line without its end; null at the file's end.</summary>
    internal string? Read()
    {
        int searched = 0;
        while (true)
        {
            int newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                return Take(searched + newline, 1);
            }

            searched = _end - _start;
            if (IsTooLong(settings, searched))
            {
                throw TooLong(settings, PlaceOf(settings, Number + 1));
            }

            if (!Fill())
            {
                return searched > 0 ? Take(searched, 0) : null;
            }
        }
    }

    private string Take(int length, int endLength)
    {
        ReadOnlySpan<byte> line = _buffer.AsSpan(_start, length);
        _start += length + endLength;
        Number++;
        string text = Decode(settings, line is [.. var rest, (byte)'\r'] ? rest : line, Place);
        stream.Lines = Number;
        return text;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(2L * _buffer.Length, Array.MaxLength));
        }

        int count = stream.Read(_buffer.AsSpan(_end));
        _end += count;
        return count > 0;
    }
}
