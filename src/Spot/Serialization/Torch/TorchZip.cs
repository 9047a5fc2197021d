using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Spot.Serialization;

/// <summary>
/// Where the members of a zip archive lie, for members that are stored as they are: so torch writes them, and so a tensor can be a view of the file.
/// Nothing is unpacked, and a member's name is never a path.
/// </summary>
internal static class TorchZip
{
    private const int EndLength = 22, MostComment = 0xFFFF, MostMembers = 1_000_000;
    private const uint EndMark = 0x06054B50, CentralMark = 0x02014B50, LocalMark = 0x04034B50, Locator64Mark = 0x07064B50, End64Mark = 0x06064B50;

    /// <summary>Lists the members.</summary>
    /// <param name="file">The file.</param>
    /// <returns>Where they lie, by name.</returns>
    /// <exception cref="FormatException">It is no such archive, or contradicts itself.</exception>
    public static Dictionary<string, TorchMember> Members(FileBytes file)
    {
        (long count, long size, long offset) = End(file);
        if (count > MostMembers || size > Math.Min(file.Length, 1 << 28) || offset < 0 || size < 0 || offset > file.Length - size)
        {
            throw new FormatException($"found a directory of {count} members and {size} bytes at {offset} in a file of {file.Length}");
        }

        byte[] directory = file.Read(offset, (int)size);
        Dictionary<string, TorchMember> members = new(StringComparer.Ordinal);
        int at = 0;
        for (long i = 0; i < count; i++)
        {
            (string name, long start, long length, int bytes) = Central(directory.AsSpan(at), i);
            uint sum = U32(directory.AsSpan(at + 16));
            at += bytes;
            if (name.Length == 0 || name[0] == '/' || name.AsSpan().ContainsAny("\\:\0") || name.Contains("..", StringComparison.Ordinal))
            {
                throw new FormatException($"found the member {SafetensorsHeader.Quote(name)}, whose name is a path out of the archive");
            }

            if (!members.TryAdd(name, new TorchMember(Data(file, name, start, length), length, sum)))
            {
                throw new FormatException($"found the member {SafetensorsHeader.Quote(name)} twice");
            }
        }

        if (at != size)
        {
            throw new FormatException($"found {size - at} bytes more in the directory than its {count} members take");
        }

        CheckOverlaps(members.Values, offset);
        return members;
    }

    private static (string Name, long Start, long Length, int Bytes) Central(ReadOnlySpan<byte> entry, long index)
    {
        if (entry.Length < 46 || U32(entry) != CentralMark)
        {
            throw new FormatException($"found no entry {index} in the directory");
        }

        int nameLength = U16(entry[28..]), extraLength = U16(entry[30..]), total = 46 + nameLength + extraLength + U16(entry[32..]);
        if (total > entry.Length)
        {
            throw new FormatException($"entry {index} of the directory goes beyond its end");
        }

        string name = Encoding.UTF8.GetString(entry.Slice(46, nameLength));
        long packed = U32(entry[20..]), length = U32(entry[24..]), start = U32(entry[42..]);
        ReadOnlySpan<byte> extra = entry.Slice(46 + nameLength, extraLength);
        while (extra.Length >= 4)
        {
            int id = U16(extra), size = U16(extra[2..]);
            if (size > extra.Length - 4)
            {
                throw new FormatException($"member {SafetensorsHeader.Quote(name)} has a damaged extra field");
            }

            if (id == 1)
            {
                ReadOnlySpan<byte> wide = extra.Slice(4, size);
                length = Wide(ref wide, length, name);
                packed = Wide(ref wide, packed, name);
                start = Wide(ref wide, start, name);
            }

            extra = extra[(4 + size)..];
        }

        int flags = U16(entry[8..]), method = U16(entry[10..]);
        return method == 0 && packed == length && (flags & 1) == 0 ? (name, start, length, total) : throw new FormatException(
            $"member {SafetensorsHeader.Quote(name)} is compressed or encrypted (method {method}, {packed} of {length} bytes), expected it stored as it is");
    }

    private static long Wide(ref ReadOnlySpan<byte> wide, long value, string name)
    {
        if (value != uint.MaxValue)
        {
            return value;
        }

        if (wide.Length < 8)
        {
            throw new FormatException($"member {SafetensorsHeader.Quote(name)} has a damaged extra field");
        }

        long read = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[8..];
        return read;
    }

    private static long Data(FileBytes file, string name, long start, long length)
    {
        if (start < 0 || length < 0 || start > file.Length - 30)
        {
            throw new FormatException($"member {SafetensorsHeader.Quote(name)} begins at {start} with {length} bytes, in a file of {file.Length}");
        }

        byte[] header = file.Read(start, 30);
        int nameLength = U16(header.AsSpan(26));
        long data = start + 30 + nameLength + U16(header.AsSpan(28));
        bool same = U32(header) == LocalMark && U16(header.AsSpan(8)) == 0 && data <= file.Length - length
            && Encoding.UTF8.GetString(file.Read(start + 30, nameLength)) == name;
        return same ? data : throw new FormatException($"member {SafetensorsHeader.Quote(name)} is another one at its place, or goes beyond the file");
    }

    private static void CheckOverlaps(IEnumerable<TorchMember> members, long end)
    {
        long covered = 0;
        foreach ((long offset, long length, _) in members.OrderBy(member => member.Offset))
        {
            if (offset < covered || offset + length > end)
            {
                throw new FormatException($"found a member at {offset} that overlaps another one or the directory");
            }

            covered = offset + length;
        }
    }

    private static (long Count, long Size, long Offset) End(FileBytes file)
    {
        int tail = (int)Math.Min(file.Length, EndLength + MostComment);
        byte[] bytes = file.Read(file.Length - tail, tail);
        for (int at = tail - EndLength; at >= 0; at--)
        {
            if (U32(bytes.AsSpan(at)) == EndMark && at + EndLength + U16(bytes.AsSpan(at + 20)) == tail)
            {
                ReadOnlySpan<byte> end = bytes.AsSpan(at);
                (long count, long size, long offset) = (U16(end[10..]), U32(end[12..]), U32(end[16..]));
                return count == ushort.MaxValue || size == uint.MaxValue || offset == uint.MaxValue
                    ? End64(file, file.Length - tail + at) : (count, size, offset);
            }
        }

        throw new FormatException("found no end of a zip directory");
    }

    private static (long Count, long Size, long Offset) End64(FileBytes file, long end)
    {
        const int locatorLength = 20, recordLength = 56;
        ReadOnlySpan<byte> locator = end >= locatorLength ? file.Read(end - locatorLength, locatorLength) : [];
        long at = locator.Length > 0 && U32(locator) == Locator64Mark ? BinaryPrimitives.ReadInt64LittleEndian(locator[8..]) : -1;
        ReadOnlySpan<byte> record = at >= 0 && at <= file.Length - recordLength ? file.Read(at, recordLength) : [];
        return record.Length > 0 && U32(record) == End64Mark
            ? (BinaryPrimitives.ReadInt64LittleEndian(record[32..]), BinaryPrimitives.ReadInt64LittleEndian(record[40..]), BinaryPrimitives.ReadInt64LittleEndian(record[48..]))
            : throw new FormatException("found no 64-bit end of the zip directory");
    }

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}

/// <summary>A member of a zip archive.</summary>
/// <param name="Offset">Its first byte in the file.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Checksum">The CRC-32 that the archive says it has.</param>
internal readonly record struct TorchMember(long Offset, long Length, uint Checksum)
{
    /// <exception cref="FormatException">Its bytes have another checksum.</exception>
    public void Check(FileBytes file, string name)
    {
        Crc32 sum = new();
        byte[] buffer = new byte[(int)Math.Min(Length, 1 << 20)];
        for (long done = 0; done < Length;)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - done));
            file.Read(Offset + done, part);
            sum.Append(part);
            done += part.Length;
        }

        if (sum.GetCurrentHashAsUInt32() != Checksum)
        {
            throw new FormatException($"member {SafetensorsHeader.Quote(name)} is damaged: its checksum is {sum.GetCurrentHashAsUInt32():X8}, expected {Checksum:X8}");
        }
    }
}
