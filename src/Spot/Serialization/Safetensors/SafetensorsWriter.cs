using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Spot.Serialization;

/// <summary>Writes safetensors files.</summary>
/// <remarks>
/// The same tensors and metadata give the same bytes: both are in ordinal order of their names, and the header is padded with spaces
/// to a multiple of 8 bytes. Safe for concurrent calls on different streams.
/// </remarks>
public static class SafetensorsWriter
{
    /// <summary>Writes a file.</summary>
    /// <param name="stream">Where it goes, from its current position on; stays open.</param>
    /// <param name="tensors">The tensors, in any order.</param>
    /// <param name="metadata">Texts by key; null for none.</param>
    /// <exception cref="ArgumentException">A name repeats or is reserved, a shape and its bytes disagree, or the header exceeds the format's 100 MB; nothing was written.</exception>
    /// <exception cref="IOException">The stream cannot be written.</exception>
    public static void Write(Stream stream, IEnumerable<SafetensorsEntry> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        SafetensorsEntry[] ordered = [.. tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];
        Check(ordered);
        stream.Write(Header(ordered, metadata));
        foreach (SafetensorsEntry tensor in ordered)
        {
            stream.Write(tensor.Data.Span);
        }
    }

    private static void Check(SafetensorsEntry[] ordered)
    {
        for (int i = 0; i < ordered.Length; i++)
        {
            SafetensorsEntry tensor = ordered[i];
            string name = SafetensorsHeader.Quote(tensor.Name);
            if (tensor.Name == "__metadata__" || (i > 0 && tensor.Name == ordered[i - 1].Name))
            {
                throw new ArgumentException($"The tensor name {name} is reserved or given twice; give every tensor a name of its own.", nameof(ordered));
            }

            if (SafetensorsTypes.ByteCount(tensor.DType, tensor.Shape.AsSpan()) != tensor.Data.Length)
            {
                throw new ArgumentException(
                    $"Tensor {name}: found {tensor.Data.Length} bytes, which is not what {SafetensorsTypes.Name(tensor.DType)} " +
                    $"[{string.Join(" x ", tensor.Shape)}] takes.", nameof(ordered));
            }
        }
    }

    private static byte[] Header(SafetensorsEntry[] ordered, IReadOnlyDictionary<string, string>? metadata)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long offset = 0;
            foreach (SafetensorsEntry tensor in ordered)
            {
                WriteTensor(json, tensor, offset);
                offset += tensor.Data.Length;
            }

            json.WriteEndObject();
        }

        int padded = (buffer.WrittenCount + 7) & ~7;
        if (padded > SafetensorsHeader.MaxJsonBytes)
        {
            throw new ArgumentException(
                $"The header would have {padded} bytes; the format allows {SafetensorsHeader.MaxJsonBytes}. Write fewer tensors or less metadata.",
                nameof(metadata));
        }

        byte[] header = new byte[SafetensorsHeader.LengthBytes + padded];
        BinaryPrimitives.WriteInt64LittleEndian(header, padded);
        header.AsSpan(SafetensorsHeader.LengthBytes).Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(header.AsSpan(SafetensorsHeader.LengthBytes));
        return header;
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null || metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject("__metadata__");
        foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, SafetensorsEntry tensor, long offset)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", SafetensorsTypes.Name(tensor.DType));
        json.WriteStartArray("shape");
        foreach (long dimension in tensor.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + tensor.Data.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
