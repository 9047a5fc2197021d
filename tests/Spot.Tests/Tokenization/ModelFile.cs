using System.Buffers.Binary;
using System.Text;

namespace Spot.Tests.Tokenization;

/// <summary>Writes small SentencePiece models, good and bad, field by field.</summary>
internal sealed class ModelFile
{
    public const int Normal = 1;
    public const int Unknown = 2;
    public const int Control = 3;
    public const int UserDefined = 4;
    public const int Byte = 6;

    private readonly List<byte> _bytes = [];

    /// <summary>A model that loads: padding, end of sequence, unknown, and the pieces given.</summary>
    public static ModelFile WithPieces(params (string Text, float Score)[] pieces)
    {
        ModelFile file = new ModelFile().Piece("<pad>", 0, Control).Piece("</s>", 0, Control).Piece("<unk>", 0, Unknown);
        foreach ((string text, float score) in pieces)
        {
            file.Piece(text, score, Normal);
        }

        return file.Trainer(3, 1).Trainer(40, 2).Trainer(41, -1).Trainer(42, 1).Trainer(43, 0);
    }

    /// <summary>
    /// A model built as mT5's: padding, end of sequence, unknown, 256 bytes (ids 3 to 258), the pieces given (from 259), and the
    /// sentinels, the first one last.
    /// </summary>
    public static ModelFile ByteFallback(string sentinelPrefix, params (string Text, float Score)[] pieces)
    {
        ModelFile file = new ModelFile().Piece("<pad>", 0, Control).Piece("</s>", 0, Control).Piece("<unk>", 0, Unknown);
        for (int value = 0; value < 256; value++)
        {
            file.Piece($"<0x{value:X2}>", 0, Byte);
        }

        foreach ((string text, float score) in pieces)
        {
            file.Piece(text, score, Normal);
        }

        return file.Sentinels(sentinelPrefix).Trainer(3, 1).Trainer(35, 1).Trainer(40, 2).Trainer(41, -1).Trainer(42, 1).Trainer(43, 0);
    }

    public ModelFile Sentinels(string prefix, int count = 100)
    {
        for (int k = count - 1; k >= 0; k--)
        {
            Piece($"{prefix}<extra_id_{k}>", 0, UserDefined);
        }

        return this;
    }

    public ModelFile Piece(string text, float score, int kind) => Piece(Encoding.UTF8.GetBytes(text), score, kind);

    public ModelFile Piece(byte[] text, float score, int kind)
    {
        byte[] number = new byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(number, score);
        return Bytes(1, [.. Field(1, text), 0x15, .. number, .. Field(3, kind)]);
    }

    public ModelFile Trainer(int field, long value) => Bytes(2, Field(field, value));

    public ModelFile Normalizer(int field, long value) => Bytes(3, Field(field, value));

    public ModelFile CharacterMap(byte[] blob) => Bytes(3, Field(2, blob));

    public ModelFile Raw(params byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] ToArray() => [.. _bytes];

    private ModelFile Bytes(int field, byte[] value) => Raw(Field(field, value));

    private static byte[] Field(int number, byte[] value) =>
        [.. Varint(((ulong)number << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static byte[] Field(int number, long value) => [.. Varint((ulong)number << 3), .. Varint((ulong)value)];

    private static List<byte> Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return bytes;
    }
}
