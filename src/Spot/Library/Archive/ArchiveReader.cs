using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Spot.Library;

/// <summary>Reads an archive that <see cref="ArchiveWriter"/> made, or that somebody would like us to take for one.</summary>
/// <remarks>Nothing is unpacked by name: only the names of a library's files are accepted, and a file is read no further than its hash allows.</remarks>
internal sealed class ArchiveReader : IDisposable
{
    private const int MostExpansion = 100; // numbers hardly shrink; what does is not a library

    private readonly string _path;
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _files = new(StringComparer.Ordinal);
    private Dictionary<string, string> _sums = [];

    /// <summary>Opens an archive and checks what it is made of.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no archive of a library.</exception>
    internal ArchiveReader(string path)
    {
        _path = path;
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            (_zip, IReadOnlyList<ZipArchiveEntry> entries) = OpenZip(stream);
            ReadNames(entries, stream.Length);
            ReadSums();
        }
        catch
        {
            _zip?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    /// <summary>What the archive's library is of.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    /// <exception cref="SpotException">It is of another format.</exception>
    internal LibraryHeader ReadHeader()
    {
        LibraryHeader header = Json(LibraryFolder.HeaderName, Read(LibraryFolder.HeaderName, LibraryFolder.MaxJsonBytes), LibraryJson.Files.LibraryHeader);
        return header.Format == LibraryFolder.Format ? header : throw new SpotException(
            $"Found an archive of format {header.Format}, expected {LibraryFolder.Format}. Use the version of Spot that wrote it, or a newer one.");
    }

    /// <summary>The ids of the records.</summary>
    internal IEnumerable<string> Ids => _files.Keys
        .Where(name => name.EndsWith(LibraryFolder.SidecarExtension, StringComparison.Ordinal) && name != LibraryFolder.HeaderName)
        .Select(name => name[..^LibraryFolder.SidecarExtension.Length])
        .Order(StringComparer.Ordinal);

    /// <summary>Reads a record and checks all of it.</summary>
    /// <returns>Its files and its task embedding.</returns>
    /// <exception cref="InvalidDataException">It is damaged, or contradicts the library.</exception>
    internal (RecordFiles Files, TaskEmbedding? Embedding) ReadRecord(string id, string backbone, int? dim)
    {
        string name = id + LibraryFolder.SidecarExtension;
        byte[] json = Read(name, LibraryFolder.MaxJsonBytes);
        Sidecar sidecar = Json(name, json, LibraryJson.Files.Sidecar);
        if (SidecarValidator.Contradiction(id, sidecar, backbone, dim) is string wrong)
        {
            throw new InvalidDataException($"'{_path}': {name}: found {wrong}. Export the library again.");
        }

        byte[] payload = Read(sidecar.Payload, Array.MaxLength);
        PromptRecord record = PromptPayload.ReadRecord(payload, new LibraryEntry(sidecar.ToInfo(), sidecar.Payload, sidecar.Sha256), $"'{_path}': {sidecar.Payload}");
        return (new RecordFiles(sidecar, json, payload), record.Embedding);
    }

    public void Dispose() => _zip.Dispose();

    // Only the zip reader runs in here, so whatever it throws is said of the archive.
    private (ZipArchive Zip, IReadOnlyList<ZipArchiveEntry> Entries) OpenZip(Stream stream)
    {
        ZipArchive? zip = null;
        try
        {
            zip = new ZipArchive(stream, ZipArchiveMode.Read);
            return (zip, zip.Entries);
        }
        catch (Exception exception) when (exception is InvalidDataException or ArgumentException or OverflowException or NotSupportedException or EndOfStreamException)
        {
            zip?.Dispose();
            throw Wrong($"no readable archive ({exception.Message})", "a zip archive that ExportAsync wrote", exception);
        }
    }

    private void ReadNames(IReadOnlyList<ZipArchiveEntry> entries, long length)
    {
        Int128 unpacked = 0;
        foreach (ZipArchiveEntry entry in entries)
        {
            string name = entry.FullName;
            unpacked += entry.Length;
            if (!IsOurs(name))
            {
                throw Wrong($"the file '{name}'", "only library.json, records and SHA256SUMS, in no folder");
            }

            if (!_files.TryAdd(name, entry))
            {
                throw Wrong($"the file '{name}' twice", "every name once");
            }
        }

        if (unpacked / MostExpansion > length)
        {
            throw Wrong($"{unpacked} bytes when unpacked from {length}", $"at most {MostExpansion} times as many");
        }
    }

    private void ReadSums()
    {
        string text = Encoding.ASCII.GetString(ReadBytes(Find(ArchiveWriter.SumsName), Array.MaxLength));
        _sums = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length < 67 || line[64..66] != "  " || !_sums.TryAdd(line[66..], line[..64]))
            {
                throw Wrong($"the line '{line}' in SHA256SUMS", "a hash, two spaces and a name, each name once");
            }
        }

        string? other = _sums.Keys.Except(_files.Keys).Concat(_files.Keys.Except(_sums.Keys)).FirstOrDefault(name => name != ArchiveWriter.SumsName);
        if (other is not null)
        {
            throw Wrong($"'{other}' in only one of the archive and its SHA256SUMS", "the same files in both");
        }

        HashSet<string> ids = new(StringComparer.OrdinalIgnoreCase);
        if (Ids.FirstOrDefault(id => !ids.Add(id)) is string twin)
        {
            throw Wrong($"the id '{twin}' twice but for case", "distinct ids");
        }
    }

    private static bool IsOurs(string name) =>
        name is ArchiveWriter.SumsName or LibraryFolder.HeaderName
        || (name.EndsWith(LibraryFolder.SidecarExtension, StringComparison.Ordinal) && PromptId.IsAllowed(name[..^LibraryFolder.SidecarExtension.Length]))
        || (name.EndsWith(LibraryFolder.PayloadExtension, StringComparison.Ordinal) && PromptId.IsAllowed(name));

    private byte[] Read(string name, int most)
    {
        byte[] bytes = ReadBytes(Find(name), most);
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return hash == _sums[name] ? bytes : throw Wrong($"'{name}' with the SHA-256 {hash}", $"{_sums[name]} as its SHA256SUMS says");
    }

    private ZipArchiveEntry Find(string name) => _files.GetValueOrDefault(name) ?? throw Wrong($"no file '{name}'", "one");

    private byte[] ReadBytes(ZipArchiveEntry entry, int most)
    {
        if (entry.Length > most)
        {
            throw Wrong($"{entry.Length} bytes in '{entry.FullName}'", $"at most {most}");
        }

        byte[] bytes = new byte[entry.Length];
        try
        {
            using Stream stream = entry.Open();
            stream.ReadExactly(bytes);
            return stream.ReadByte() < 0 ? bytes : throw new EndOfStreamException("The file goes on behind its end.");
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or NotSupportedException)
        {
            throw Wrong($"'{entry.FullName}' damaged, shorter or longer than the archive says ({exception.Message})", $"{entry.Length} bytes", exception);
        }
    }

    private T Json<T>(string name, byte[] json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw Wrong($"no valid description in '{name}' ({exception.Message})", "JSON", exception);
        }
    }

    private InvalidDataException Wrong(string found, string expected, Exception? cause = null) =>
        new($"'{_path}': found {found}, expected {expected}. Nothing was imported: export the library again.", cause);
}
