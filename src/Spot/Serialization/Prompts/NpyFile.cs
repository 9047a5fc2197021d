using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Spot.Serialization;

/// <summary>NumPy's <c>.npy</c> files (format 1.0, 2.0 and 3.0) as prompts: floats in two dimensions.</summary>
internal static class NpyFile
{
    private const int MagicLength = 6, Alignment = 64;
    private const int MostHeader = 10_000; // numpy's own limit

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Whether a file begins as these files do; T5X gives them no extension.</summary>
    public static bool IsNpy(string path)
    {
        using FileBytes file = new(path);
        return file.Length >= MagicLength && file.Read(0, MagicLength).AsSpan().SequenceEqual(Magic);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bfloat16">Whether two bytes without a type are bfloat16.</param>
    /// <exception cref="InvalidDataException">It is damaged, or no array of floats with rows and columns.</exception>
    public static PromptRows Read(string path, bool bfloat16)
    {
        using FileBytes file = new(path);
        try
        {
            (NpyHeader header, long start) = ReadHeader(file);
            (int rows, int columns) = Shape(header);
            (SafetensorsType type, bool bigEndian) = Type(header.Description, bfloat16);
            int size = SafetensorsTypes.Size(type);
            long bytes = (long)rows * columns * size;
            if (bytes > file.Length - start || bytes > Array.MaxLength)
            {
                throw new FormatException($"found {file.Length - start} bytes of data, expected {bytes} for [{rows}, {columns}] of '{header.Description}'");
            }

            byte[] data = file.Read(start, (int)bytes); // bytes behind it are not the array's, and numpy does not look at them either
            if (bigEndian)
            {
                for (int at = 0; at < data.Length; at += size)
                {
                    data.AsSpan(at, size).Reverse();
                }
            }

            float[] values = new float[rows * columns];
            SafetensorsFloats.Convert(data, type, values);
            return new PromptRows(rows, columns, header.Fortran ? Transpose(values, rows, columns) : values);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"'{path}': {e.Message}. Expected a NumPy array of floats [rows, columns].", e);
        }
    }

    /// <summary>Writes a prompt, with the bytes that numpy.save writes.</summary>
    public static void Write(Stream stream, SoftPrompt prompt)
    {
        string text = FormattableString.Invariant($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({prompt.Length}, {prompt.Dim}), }}");
        int start = MagicLength + 4;
        int end = (start + text.Length + Alignment) / Alignment * Alignment; // with the line feed
        Span<byte> header = new byte[end];
        header.Fill((byte)' ');
        Magic.CopyTo(header);
        header[MagicLength] = 1;
        header[MagicLength + 1] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(header[(MagicLength + 2)..], (ushort)(end - start));
        Encoding.ASCII.GetBytes(text, header[start..]);
        header[^1] = (byte)'\n';
        stream.Write(header);
        stream.Write(MemoryMarshal.AsBytes(prompt.Values.Span));
    }

    private static (NpyHeader Header, long Start) ReadHeader(FileBytes file)
    {
        byte[] version = file.Read(MagicLength, 2);
        int wide = version switch
        {
            [1, 0] => sizeof(ushort),
            [2 or 3, 0] => sizeof(uint),
            _ => throw new FormatException($"found the format version {version[0]}.{version[1]}, expected 1.0, 2.0 or 3.0"),
        };
        byte[] number = file.Read(MagicLength + 2, wide);
        uint length = wide == sizeof(ushort) ? BinaryPrimitives.ReadUInt16LittleEndian(number) : BinaryPrimitives.ReadUInt32LittleEndian(number);
        if (length > MostHeader)
        {
            throw new FormatException($"found a header of {length} bytes, expected at most {MostHeader}");
        }

        long start = MagicLength + 2 + wide;
        byte[] header = file.Read(start, (int)length);
        string text = (version[0] == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(header);
        return (NpyHeader.Parse(text), start + length);
    }

    private static (int Rows, int Columns) Shape(NpyHeader header) => header.Shape switch
    {
        [> 0 and <= int.MaxValue and var rows, > 0 and <= int.MaxValue and var columns] => ((int)rows, (int)columns),
        [1, > 0 and <= int.MaxValue and var rows, > 0 and <= int.MaxValue and var columns] => ((int)rows, (int)columns),
        _ => throw new FormatException($"found the shape ({string.Join(", ", header.Shape)}), expected (rows, columns) or (1, rows, columns), rows and columns at least 1"),
    };

    private static (SafetensorsType Type, bool BigEndian) Type(string description, bool bfloat16) => description switch
    {
        "<f4" => (SafetensorsType.F32, false),
        "<f8" => (SafetensorsType.F64, false),
        "<f2" => (SafetensorsType.F16, false),
        ">f4" => (SafetensorsType.F32, true),
        ">f8" => (SafetensorsType.F64, true),
        ">f2" => (SafetensorsType.F16, true),
        "<V2" or "|V2" when bfloat16 => (SafetensorsType.BF16, false),
        "<V2" or "|V2" => throw new FormatException(
            $"found the type '{description}', two bytes without a meaning: so NumPy writes bfloat16. If it is that, set {nameof(PromptFileOptions)}.{nameof(PromptFileOptions.BFloat16)}, or export it as float32"),
        "|O" or "O" => throw new FormatException("found an array of Python objects, which is a pickle that may run code; it is not read"),
        _ => throw new FormatException($"found the type {SafetensorsHeader.Quote(description)}, expected <f2, <f4, <f8 or the same with >"),
    };

    private static float[] Transpose(float[] values, int rows, int columns)
    {
        float[] ordered = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                ordered[(row * columns) + column] = values[(column * rows) + row];
            }
        }

        return ordered;
    }
}
