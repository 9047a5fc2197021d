using System.Buffers.Binary;
using System.Text;

namespace Spot.Backbone;

/// <summary>
/// Marks one required symbol version of an ELF library as weak, so that the loader tolerates a C++ runtime without it.
/// </summary>
/// <remarks>
/// The section <c>.gnu.version_r</c> lists, for each needed library (Verneed), the versions asked for (Vernaux). Bit 2 of a
/// Vernaux' flags is VER_FLG_WEAK. Only symbols that are never called may be treated so; see docs/native-backends.md.
/// </remarks>
internal static class ElfVersionPatch
{
    private const uint VersionNeedSection = 0x6ffffffe;
    private const ushort WeakFlag = 2;

    /// <summary>Sets the weak flag of a version in a 64-bit little-endian ELF image.</summary>
    /// <param name="image">The library's bytes, changed in place.</param>
    /// <param name="version">The version, for example <c>GLIBCXX_3.4.32</c>.</param>
    /// <returns>How many entries were marked; 0 when the library does not ask for that version.</returns>
    /// <exception cref="InvalidDataException">The bytes are no 64-bit little-endian ELF library.</exception>
    public static int MakeWeak(Span<byte> image, string version)
    {
        ReadOnlySpan<byte> magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1];
        if (image.Length < 64 || !image.StartsWith(magic))
        {
            throw new InvalidDataException("Not a 64-bit little-endian ELF library.");
        }

        try
        {
            return MarkSections(image, Encoding.ASCII.GetBytes(version));
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("The ELF library's section tables point outside the file.", e);
        }
    }

    private static int MarkSections(Span<byte> image, byte[] version)
    {
        int sections = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(image[0x28..]));
        int entrySize = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3a..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(image[0x3c..]);
        int marked = 0;
        for (int i = 0; i < count; i++)
        {
            Span<byte> section = image.Slice(sections + (i * entrySize), 64);
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) == VersionNeedSection)
            {
                int strings = BinaryPrimitives.ReadInt32LittleEndian(section[40..]);
                Span<byte> stringSection = image.Slice(sections + (strings * entrySize), 64);
                marked += MarkVersions(image, FileOffset(section), FileOffset(stringSection), version);
            }
        }

        return marked;
    }

    private static int FileOffset(ReadOnlySpan<byte> section) => checked((int)BinaryPrimitives.ReadUInt64LittleEndian(section[24..]));

    private static int MarkVersions(Span<byte> image, int need, int names, byte[] version)
    {
        int marked = 0;
        while (true)
        {
            Span<byte> entry = image.Slice(need, 16);
            int auxiliaries = BinaryPrimitives.ReadUInt16LittleEndian(entry[2..]);
            int auxiliary = need + BinaryPrimitives.ReadInt32LittleEndian(entry[8..]);
            for (int i = 0; i < auxiliaries; i++)
            {
                Span<byte> aux = image.Slice(auxiliary, 16);
                ReadOnlySpan<byte> name = image[(names + BinaryPrimitives.ReadInt32LittleEndian(aux[8..]))..];
                if (name[..name.IndexOf((byte)0)].SequenceEqual(version))
                {
                    ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(aux[4..]);
                    BinaryPrimitives.WriteUInt16LittleEndian(aux[4..], (ushort)(flags | WeakFlag));
                    marked++;
                }

                auxiliary += BinaryPrimitives.ReadInt32LittleEndian(aux[12..]);
            }

            int next = BinaryPrimitives.ReadInt32LittleEndian(entry[12..]);
            if (next <= 0)
            {
                return marked;
            }

            need += next;
        }
    }
}
