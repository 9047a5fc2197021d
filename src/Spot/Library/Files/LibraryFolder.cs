using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spot.Serialization;

namespace Spot.Library;

/// <summary>
/// A library's folder: <c>library.json</c>, and per record <c>{id}.{hash}.safetensors</c> with the numbers and <c>{id}.json</c> with
/// the rest. What is where, and reading it; <see cref="RecordWriter"/> changes it.
/// </summary>
internal sealed class LibraryFolder(string folder)
{
    /// <summary>The version of the layout.</summary>
    internal const int Format = 1;

    /// <summary>How many digits of its hash stand in a payload's name.</summary>
    internal const int HashDigits = 12;

    internal const string PayloadExtension = ".safetensors";
    internal const string SidecarExtension = ".json";
    internal const string HeaderName = "library.json";
    internal const int MaxJsonBytes = 1 << 20;

    internal string Path { get; } = System.IO.Path.GetFullPath(folder);

    internal string LockPath => System.IO.Path.Combine(Path, ".spot", "lock");

    internal string IndexPath => System.IO.Path.Combine(Path, ".spot", "index");

    internal string JournalPath => System.IO.Path.Combine(Path, ".spot", "import");

    internal static string PayloadName(string id, string sha256) => $"{id}.{sha256[..HashDigits]}{PayloadExtension}";

    /// <summary>Changes whenever a file appears in the folder, is renamed or removed.</summary>
    internal long Stamp() => Directory.GetLastWriteTimeUtc(Links.Resolve(Path)).Ticks;

    internal string PathOf(string file) => System.IO.Path.Combine(Path, file);

    internal PromptRecord ReadRecord(LibraryEntry entry) => PromptPayload.ReadRecord(ReadPayload(entry), entry, PathOf(entry.Payload));

    internal TaskEmbedding ReadEmbedding(LibraryEntry entry) =>
        PromptPayload.ReadEmbedding(ReadPayload(entry), entry, PathOf(entry.Payload))!;

    /// <summary>The content of library.json.</summary>
    internal static byte[] Header(string backbone) => JsonSerializer.SerializeToUtf8Bytes(
        new LibraryHeader { Format = Format, Backbone = backbone }, LibraryJson.Files.LibraryHeader);

    /// <summary>Reads again what could not be read: another process may have replaced the record between its two files.</summary>
    internal static T Retry<T>(Func<T> read)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return read();
            }
            catch (InvalidDataException) when (attempt < 5)
            {
                Thread.Sleep(attempt);
            }
        }
    }

    /// <summary>Reads a record's files as they are; null where there is none. Their content is checked.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    internal RecordFiles? ReadFiles(string id)
    {
        string name = id + SidecarExtension;
        byte[]? json = ReadAll(PathOf(name), MaxJsonBytes);
        if (json is null)
        {
            return null;
        }

        Sidecar sidecar = Parse(PathOf(name), json, LibraryJson.Files.Sidecar);
        LibraryEntry entry = SidecarValidator.Check(this, id, sidecar, null, null);
        byte[] payload = ReadPayload(entry);
        _ = PromptPayload.ReadRecord(payload, entry, PathOf(entry.Payload));
        return new RecordFiles(sidecar, json, payload);
    }

    /// <summary>Reads a JSON file; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal T? ReadJson<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        string path = PathOf(file);
        byte[]? json = ReadAll(path, MaxJsonBytes);
        return json is null ? null : Parse(path, json, type);
    }

    /// <summary>Reads a JSON file's bytes.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    internal static T Parse<T>(string path, byte[] json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: found no valid description ({exception.Message}). Restore the file, or remove it.", exception);
        }
    }

    /// <summary>The record of an id as its sidecar describes it now; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It cannot be used.</exception>
    internal LibraryEntry? ReadEntry(string id, string? backbone, int? dim) =>
        PromptId.IsAllowed(id) && ReadJson(id + SidecarExtension, LibraryJson.Files.Sidecar) is Sidecar sidecar && (sidecar.Id == id || !IsOtherCase(sidecar.Id, id))
            ? SidecarValidator.Check(this, id, sidecar, backbone, dim)
            : null;

    private static byte[]? ReadAll(string path, long limit)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            if (stream.Length > limit)
            {
                throw new InvalidDataException($"{path}: found {stream.Length} bytes, expected at most {limit}. The file is not one of a prompt library's; remove it.");
            }

            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            return null; // a folder of that name is no file
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{path}: the file shrank while it was read. Read it again.", exception);
        }
    }

    private byte[] ReadPayload(LibraryEntry entry) => ReadAll(PathOf(entry.Payload), Array.MaxLength)
        ?? throw new InvalidDataException(
            $"{PathOf(entry.Payload)}: found no file, expected the numbers of record '{entry.Info.Id}'. Restore it, or add the record again with replace.");

    // On file systems without case a file answers to another name than its own.
    private static bool IsOtherCase(string found, string id) => found.Equals(id, StringComparison.OrdinalIgnoreCase);
}
