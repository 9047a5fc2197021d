using System.Buffers;
using System.Text;

namespace Spot.Tokenization;

/// <summary>Reads byte pieces that follow each other as UTF-8, one byte at a time.</summary>
internal struct ByteRun
{
    private uint _bytes;
    private int _count;

    /// <summary>Adds a byte; what <see cref="Next"/> can give must have been taken before.</summary>
    public void Add(byte next) => _bytes |= (uint)next << (8 * _count++);

    /// <summary>Takes the next character that no further byte can change; a byte that begins none gives U+FFFD.</summary>
    /// <param name="ended">Whether no byte follows.</param>
    /// <param name="character">The character.</param>
    /// <returns>The number of its bytes; 0 if there is nothing to take.</returns>
    public int Next(bool ended, out Rune character)
    {
        character = Rune.ReplacementChar;
        if (_count == 0)
        {
            return 0;
        }

        Span<byte> bytes = [(byte)_bytes, (byte)(_bytes >> 8), (byte)(_bytes >> 16), (byte)(_bytes >> 24)];
        OperationStatus status = Rune.DecodeFromUtf8(bytes[.._count], out Rune whole, out int taken);
        if (status == OperationStatus.NeedMoreData && !ended)
        {
            return 0;
        }

        if (status == OperationStatus.Done)
        {
            character = whole;
        }
        else
        {
            taken = 1; // Not the longest start of a character, as .NET reads UTF-8: SentencePiece replaces each byte.
        }

        _bytes = (uint)((ulong)_bytes >> (8 * taken));
        _count -= taken;
        return taken;
    }
}
