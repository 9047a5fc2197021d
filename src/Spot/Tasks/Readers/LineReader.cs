using System.Buffers;
using System.Text;

namespace Spot.Tasks;

/// <summary>Lines of UTF-8 text, with the number of the line in every error and an end to how long a line may be.</summary>
internal sealed class LineReader(Stream stream, string path, int most)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _at, _end;

    /// <summary>The number of the last line, counted from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Where the last line is.</summary>
    public string Place => PlaceOf(Number);

    public string PlaceOf(int line) => $"'{path}', line {line}";

    /// <summary>The next line without its line feed; null at the end.</summary>
    public string? Next()
    {
        _line.Clear();
        bool any = false;
        Number++;
        while (_at < _end || Fill())
        {
            any = true;
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_at, _end - _at);
            int feed = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> part = feed < 0 ? rest : rest[..feed];
            if (_line.WrittenCount + part.Length > most)
            {
                throw new InvalidDataException($"{Place}: found more than {most} bytes without a line's end. Is this a text file? Otherwise raise DataFileOptions.MaxRowLength.");
            }

            _line.Write(part);
            _at += part.Length + (feed < 0 ? 0 : 1);
            if (feed >= 0)
            {
                break;
            }
        }

        return any ? Decode() : null;
    }

    private bool Fill()
    {
        (_at, _end) = (0, stream.Read(_buffer));
        return _end > 0;
    }

    private string Decode()
    {
        ReadOnlySpan<byte> bytes = _line.WrittenSpan;
        if (Number == 1 && bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            throw new InvalidDataException($"'{path}' is UTF-16, expected UTF-8. Save it as UTF-8.");
        }

        try
        {
            return Utf8.GetString(Number == 1 && bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{Place}: byte {e.Index + 1} of the line is not UTF-8 ({string.Join(' ', e.BytesUnknown?.Select(b => b.ToString("X2", null)) ?? [])}). Save the file as UTF-8.", e);
        }
    }
}
