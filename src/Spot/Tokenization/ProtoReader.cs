using System.Buffers.Binary;

namespace Spot.Tokenization;

/// <summary>Reads the fields of one protobuf message, in the order of the file; what it cannot read is an <see cref="InvalidDataException"/>.</summary>
internal ref struct ProtoReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly string _source;
    private int _position;
    private int _wireType;

    public ProtoReader(ReadOnlySpan<byte> bytes, string source)
    {
        _bytes = bytes;
        _source = source;
    }

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>Goes on to the next field; its value must then be read or skipped.</summary>
    public bool Next()
    {
        if (_position == _bytes.Length)
        {
            return false;
        }

        ulong tag = ReadVarint();
        _wireType = (int)(tag & 7);
        if (tag >> 3 is 0 or > 536_870_911)
        {
            throw Bad($"field number {tag >> 3} at byte {_position} is not one of a protobuf message");
        }

        Field = (int)(tag >> 3);
        return true;
    }

    public long ReadInteger()
    {
        Expect(0);
        return (long)ReadVarint();
    }

    public float ReadSingle()
    {
        Expect(5);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        Expect(2);
        return Take(ReadVarint());
    }

    public void Skip()
    {
        switch (_wireType)
        {
            case 0: ReadVarint(); break;
            case 1: Take(8); break;
            case 2: Take(ReadVarint()); break;
            case 5: Take(4); break;
            default: throw Bad($"field {Field} before byte {_position} has wire type {_wireType}, expected 0, 1, 2 or 5");
        }
    }

    private readonly void Expect(int wireType)
    {
        if (_wireType != wireType)
        {
            throw Bad($"field {Field} before byte {_position} has wire type {_wireType}, expected {wireType}");
        }
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        int left = _bytes.Length - _position;
        if (count > (ulong)left)
        {
            throw Bad($"field {Field} needs {count} bytes at byte {_position}, but only {left} follow: the file is cut short");
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(_position, (int)count);
        _position += (int)count;
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            if (_position == _bytes.Length)
            {
                throw Bad($"a number is cut short at byte {_position}");
            }

            byte next = _bytes[_position++];
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Bad($"a number that ends at byte {_position} has more than 64 bits");
    }

    private readonly InvalidDataException Bad(string what) =>
        new($"{_source} is not a SentencePiece model: {what}. Fetch the checkpoint's spiece.model again.");
}
