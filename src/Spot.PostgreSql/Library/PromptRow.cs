using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Spot.Library;

namespace Spot.PostgreSql;

/// <summary>What a row of the table <c>prompts</c> says of a record and its keys, checked.</summary>
internal static class PromptRow
{
    /// <summary>Reads what describes a record.</summary>
    /// <param name="id">The row's id.</param>
    /// <param name="sidecar">Its column of this name.</param>
    /// <param name="backbone">The library's backbone.</param>
    /// <param name="dim">The library's width.</param>
    /// <param name="place">The library, in errors.</param>
    /// <exception cref="InvalidDataException">It contradicts itself or the library.</exception>
    internal static LibraryEntry ReadEntry(string id, byte[] sidecar, string? backbone, int? dim, string place)
    {
        Sidecar read = LibraryFolder.Parse(Path(place, id), sidecar, LibraryJson.Files.Sidecar);
        return SidecarValidator.Contradiction(id, read, backbone, dim) is string wrong
            ? throw new InvalidDataException($"{Path(place, id)}: found {wrong}. The row was changed by hand or damaged: add the record again with replace, or remove it.")
            : new LibraryEntry(read.ToInfo(), read.Payload, read.Sha256);
    }

    /// <summary>Reads a record's keys.</summary>
    /// <returns>The keys; null for a record without embedding.</returns>
    /// <exception cref="InvalidDataException">They are not those that were written.</exception>
    internal static IndexKeys? ReadKeys(LibraryEntry entry, byte[]? keys, byte[]? hash, string place)
    {
        if (entry.Info.EmbeddingStep is not int step)
        {
            return keys is null ? null : throw Damaged("keys", "none, as the sidecar names no step");
        }

        int one = entry.Info.Dim * sizeof(double);
        if (keys?.Length != IndexKeys.Similarities * one && keys?.Length != IndexKeys.Similarities / 2 * one)
        {
            throw Damaged($"{(keys is null ? "no" : keys.Length)} bytes of keys", $"{IndexKeys.Similarities / 2} or {IndexKeys.Similarities} keys of {one}");
        }

        byte[] found = HashKeys(entry.Sha256, step, keys);
        return found.AsSpan().SequenceEqual(hash)
            ? new IndexKeys(step, entry.Info.Dim, ToDoubles(keys))
            : throw Damaged($"keys with the hash {Convert.ToHexStringLower(found)}", $"{Convert.ToHexStringLower(hash ?? [])} as keys_sha256 says");

        InvalidDataException Damaged(string what, string expected) => new(
            $"{Path(place, entry.Info.Id)}: found {what}, expected {expected}. The row was changed by hand or damaged: add the record again with replace, or remove it.");
    }

    /// <summary>Keys as bytes.</summary>
    internal static byte[] ToBytes(IndexKeys keys)
    {
        byte[] bytes = new byte[keys.Values.Length * sizeof(double)];
        for (int i = 0; i < keys.Values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)), keys.Values[i]);
        }

        return bytes;
    }

    /// <summary>Ties keys to the numbers that they were made of.</summary>
    internal static byte[] HashKeys(string payloadSha256, int step, byte[] keys)
    {
        Span<byte> step4 = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(step4, step);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Convert.FromHexString(payloadSha256));
        hash.AppendData(step4);
        hash.AppendData(keys);
        return hash.GetHashAndReset();
    }

    /// <summary>How errors name a record.</summary>
    internal static string Path(string place, string id) => $"{place}/{id}";

    private static double[] ToDoubles(byte[] bytes)
    {
        double[] values = new double[bytes.Length / sizeof(double)];
        if (BitConverter.IsLittleEndian)
        {
            bytes.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(i * sizeof(double)));
        }

        return values;
    }
}
