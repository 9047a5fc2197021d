using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spot.Interop;

namespace Spot.Library;

/// <summary>
/// A library's folder: <c>library.json</c>, and per record <c>{id}.{hash}.safetensors</c> with the numbers and <c>{id}.json</c> with
/// the rest. The sidecar is the commit point: a payload is written before it and an older payload deleted after it, so whatever
/// moment a process dies at, a reader finds the old record or the new one.
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

    private const int MaxJsonBytes = 1 << 20;

    internal string Path { get; } = System.IO.Path.GetFullPath(folder);

    internal static string PayloadName(string id, string sha256) => $"{id}.{sha256[..HashDigits]}{PayloadExtension}";

    internal string PathOf(string file) => System.IO.Path.Combine(Path, file);

    internal PromptRecord ReadRecord(LibraryEntry entry) => PromptPayload.ReadRecord(ReadPayload(entry), entry, PathOf(entry.Payload));

    internal TaskEmbedding ReadEmbedding(LibraryEntry entry) =>
        PromptPayload.ReadEmbedding(ReadPayload(entry), entry, PathOf(entry.Payload))!;

    /// <summary>Reads a JSON file; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal T? ReadJson<T>(string file, JsonTypeInfo<T> type)
        where T : class
    {
        string path = PathOf(file);
        try
        {
            byte[]? json = ReadAll(path, MaxJsonBytes);
            return json is null ? null : JsonSerializer.Deserialize(json, type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path}: found no valid description ({exception.Message}). Restore the file, or remove it.", exception);
        }
    }

    /// <summary>Writes a record.</summary>
    /// <returns>The record as it is kept; null when its id was taken and not to be replaced.</returns>
    internal LibraryEntry? Write(PromptRecord record, bool replace, CancellationToken cancellationToken)
    {
        byte[] payload = PromptPayload.Write(record);
        Sidecar sidecar = Sidecar.Of(record.Info, PromptPayload.Hash(payload));
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(sidecar, LibraryJson.Files.Sidecar);
        if (json.Length > MaxJsonBytes)
        {
            throw new ArgumentException($"Record '{sidecar.Id}': its info takes {json.Length} bytes, expected at most {MaxJsonBytes}. Shorten its texts.");
        }

        CreateFolder();
        string path = PathOf(sidecar.Payload);
        string[] older = Payloads(sidecar.Id);
        bool committed = false;
        bool headerCreated = false;
        try
        {
            AtomicFile.Write(path, stream => stream.Write(payload));
            headerCreated = WriteHeader(sidecar.Backbone);
            cancellationToken.ThrowIfCancellationRequested();
            committed = AtomicFile.Write(PathOf(sidecar.Id + SidecarExtension), stream => stream.Write(json), overwrite: replace);
        }
        finally
        {
            if (!committed)
            {
                TryDelete(older.Contains(path) || IsCommitted(sidecar) ? null : path);
                TryDelete(headerCreated ? PathOf(HeaderName) : null);
            }
        }

        if (!committed)
        {
            return null;
        }

        Array.ForEach(older, file => TryDelete(file == path ? null : file));
        return new LibraryEntry(sidecar.ToInfo(), sidecar.Payload, sidecar.Sha256);
    }

    /// <summary>Removes a record, its sidecar first.</summary>
    /// <returns>Whether there was one.</returns>
    internal bool Remove(string id)
    {
        string sidecar = PathOf(id + SidecarExtension);
        string[] payloads = Payloads(id);
        try
        {
            if (!File.Exists(sidecar))
            {
                return false;
            }

            File.Delete(sidecar);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(exception, sidecar);
        }

        AtomicFile.FlushFolder(Path);
        Array.ForEach(payloads, TryDelete);
        return true;
    }

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
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{path}: the file shrank while it was read. Read it again.", exception);
        }
    }

    private static void TryDelete(string? path)
    {
        try
        {
            if (path is not null)
            {
                File.Delete(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Nothing refers to the file any more; the next scan reports it as left over.
        }
    }

    private byte[] ReadPayload(LibraryEntry entry) => ReadAll(PathOf(entry.Payload), Array.MaxLength)
        ?? throw new InvalidDataException(
            $"{PathOf(entry.Payload)}: found no file, expected the numbers of record '{entry.Info.Id}'. Restore it, or add the record again with replace.");

    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(exception, Path);
        }
    }

    /// <summary>Makes sure that library.json names the backbone; a damaged one is replaced.</summary>
    /// <returns>Whether there was none.</returns>
    private bool WriteHeader(string backbone)
    {
        LibraryHeader? header = null;
        bool damaged = false;
        try
        {
            header = ReadJson(HeaderName, LibraryJson.Files.LibraryHeader);
        }
        catch (InvalidDataException)
        {
            damaged = true;
        }

        bool created = false;
        if (header is null)
        {
            byte[] json = JsonSerializer.SerializeToUtf8Bytes(
                new LibraryHeader { Format = Format, Backbone = backbone }, LibraryJson.Files.LibraryHeader);
            created = AtomicFile.Write(PathOf(HeaderName), stream => stream.Write(json), overwrite: damaged);
            header = ReadJson(HeaderName, LibraryJson.Files.LibraryHeader); // of two first writers one wins
        }

        if (header is not null)
        {
            BackboneCheck.Library(header.Backbone, backbone, Path);
        }

        return created && !damaged;
    }

    /// <summary>The payloads of an id that are there now; taken before a change, so that none is deleted that another process writes meanwhile.</summary>
    private string[] Payloads(string id) => Directory.Exists(Path)
        ? [.. Directory.EnumerateFiles(Path, id + ".*" + PayloadExtension).Where(path => PromptId.IsPayload(id, System.IO.Path.GetFileName(path)))]
        : [];

    /// <summary>Whether another process has just written the very same numbers under the same id.</summary>
    private bool IsCommitted(Sidecar sidecar)
    {
        try
        {
            return ReadJson(sidecar.Id + SidecarExtension, LibraryJson.Files.Sidecar)?.Payload == sidecar.Payload;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
