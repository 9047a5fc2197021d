using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Spot.Serialization;

namespace Spot.Library;

/// <summary>Writes a library into one file: a zip archive of its files, uncompressed, with their hashes as <c>sha256sum</c> writes them.</summary>
internal static class ArchiveWriter
{
    internal const string SumsName = "SHA256SUMS";

    /// <summary>Writes an archive beside its place and renames it.</summary>
    /// <param name="path">The archive; replaced if it exists.</param>
    /// <param name="backbone">The library's backbone.</param>
    /// <param name="records">The records, each read and checked when it is its turn.</param>
    /// <returns>How many records it holds.</returns>
    internal static int Write(string path, string backbone, IEnumerable<RecordFiles> records)
    {
        int count = 0;
        AtomicFile.Write(path, stream =>
        {
            using ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);
            StringBuilder sums = new();
            void Write(string name, byte[] bytes)
            {
                ZipArchiveEntry entry = zip.CreateEntry(name, CompressionLevel.NoCompression); // numbers do not shrink
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero); // the same bytes at any time
                using Stream content = entry.Open();
                content.Write(bytes);
            }

            void Add(string name, byte[] bytes)
            {
                Write(name, bytes);
                sums.Append(Convert.ToHexStringLower(SHA256.HashData(bytes))).Append("  ").Append(name).Append('\n');
            }

            Add(LibraryFolder.HeaderName, LibraryFolder.Header(backbone));
            foreach (RecordFiles record in records)
            {
                Add(record.Sidecar.Id + LibraryFolder.SidecarExtension, record.Json);
                Add(record.Sidecar.Payload, record.Payload);
                count++;
            }

            Write(SumsName, Encoding.ASCII.GetBytes(sums.ToString()));
        });
        return count;
    }
}
