using System.Buffers.Binary;
using System.Text;

namespace Spot.Serialization;

/// <summary>The checked header of a safetensors file: 8 bytes of length, then a JSON object of tensors and metadata, then the data.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The bytes in front of the JSON.</summary>
    internal const int LengthBytes = 8;

    /// <summary>The longest JSON, as in the reference implementation.</summary>
    internal const int MaxJsonBytes = 100_000_000;

    private SafetensorsHeader(Dictionary<string, SafetensorsTensor> tensors, Dictionary<string, string> metadata)
    {
        Tensors = tensors;
        Metadata = metadata;
    }

    internal IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    internal IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads the length of the JSON from a file's first bytes.</summary>
    /// <exception cref="InvalidDataException">The file is too short for a length or for what the length says, or the length is beyond the limit.</exception>
    internal static int ReadJsonLength(ReadOnlySpan<byte> start, long fileLength, string source)
    {
        if (start.Length < LengthBytes)
        {
            throw Error(source, null, $"{fileLength} bytes", $"at least {LengthBytes} for the length of the header");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length is < 2 or > MaxJsonBytes)
        {
            throw Error(source, null, $"a header of {length} bytes", $"2 to {MaxJsonBytes} bytes");
        }

        return LengthBytes + (long)length <= fileLength
            ? (int)length
            : throw Error(source, null, $"a header of {length} bytes in a file of {fileLength}", "a header inside the file");
    }

    /// <summary>Parses and checks the JSON.</summary>
    /// <param name="json">The JSON with its padding.</param>
    /// <param name="fileLength">The length of the whole file.</param>
    /// <param name="source">The file's name for messages.</param>
    /// <exception cref="InvalidDataException">The header is damaged, or the tensors do not cover the data exactly.</exception>
    internal static SafetensorsHeader Parse(ReadOnlySpan<byte> json, long fileLength, string source)
    {
        long dataStart = LengthBytes + json.Length;
        SafetensorsHeaderParser parser = new(json.TrimEnd((byte)' '), dataStart, fileLength - dataStart, source);
        parser.Parse();
        CheckCover(parser.Tensors, dataStart, fileLength, source);
        return new SafetensorsHeader(parser.Tensors, parser.Metadata);
    }

    /// <summary>An error that says where, what was found, what was expected and what to do.</summary>
    internal static InvalidDataException Error(string source, string? tensor, string found, string expected, Exception? cause = null) => new(
        $"{source}: {(tensor is null ? "" : $"tensor {Quote(tensor)}: ")}found {found}, expected {expected}. " +
        "The file is damaged or no safetensors file; fetch or write it again.",
        cause);

    /// <summary>A name from a file made fit for a message: control and bidirectional characters escaped, long names cut.</summary>
    internal static string Quote(string name)
    {
        StringBuilder text = new("'");
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, 80)))
        {
            bool plain = char.IsAscii(c) ? !char.IsControl(c) : char.IsLetterOrDigit(c);
            text.Append(plain ? c.ToString() : $"\\u{(int)c:x4}");
        }

        return text.Append(name.Length > 80 ? "…'" : "'").ToString();
    }

    /// <summary>Every byte of the data belongs to exactly one tensor.</summary>
    private static void CheckCover(Dictionary<string, SafetensorsTensor> tensors, long dataStart, long fileLength, string source)
    {
        SafetensorsTensor[] ordered = [.. tensors.Values];
        Array.Sort(ordered, (x, y) => x.Offset != y.Offset ? x.Offset.CompareTo(y.Offset) : x.ByteCount.CompareTo(y.ByteCount));
        long end = dataStart;
        foreach (SafetensorsTensor tensor in ordered)
        {
            if (tensor.Offset != end)
            {
                throw Error(
                    source, tensor.Name, $"its data at byte {tensor.Offset} of the file", $"byte {end}, where the tensor before it ends");
            }

            end += tensor.ByteCount;
        }

        if (end != fileLength)
        {
            throw Error(source, null, $"{fileLength} bytes in the file", $"{end}, where the last tensor ends");
        }
    }
}
