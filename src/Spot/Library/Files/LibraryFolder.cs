using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spot.Serialization;

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

    private static T Parse<T>(string path, byte[] json, JsonTypeInfo<T> type)
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

    /// <summary>Writes a record.</summary>
    /// <param name="files">What to write.</param>
    /// <param name="replace">Whether a record with the same id is replaced.</param>
    /// <param name="leftovers">Other files that may be payloads of the id: no longer needed afterwards.</param>
    /// <param name="cancellationToken">Cancels before the record is committed.</param>
    /// <returns>The record as it is kept; null when its id was taken and not to be replaced.</returns>
    internal LibraryEntry? Write(RecordFiles files, bool replace, IEnumerable<string> leftovers, CancellationToken cancellationToken)
    {
        Sidecar sidecar = files.Sidecar;
        CreateFolder();
        string path = PathOf(sidecar.Payload);
        string[] older = Payloads(sidecar.Id, leftovers);
        bool committed = false;
        bool headerCreated = false;
        try
        {
            AtomicFile.Write(path, stream => stream.Write(files.Payload));
            headerCreated = WriteHeader(sidecar.Backbone);
            cancellationToken.ThrowIfCancellationRequested();
            committed = AtomicFile.Write(PathOf(sidecar.Id + SidecarExtension), stream => stream.Write(files.Json), overwrite: replace);
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
    /// <param name="id">Its id.</param>
    /// <param name="leftovers">Other files that may be payloads of the id.</param>
    /// <returns>Whether there was one.</returns>
    internal bool Remove(string id, IEnumerable<string> leftovers)
    {
        string sidecar = PathOf(id + SidecarExtension);
        string[] payloads = Payloads(id, leftovers);
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

    /// <summary>Removes all payloads of these ids, and what a writer that died had not yet renamed.</summary>
    internal void RemoveLeftovers(IReadOnlySet<string> ids)
    {
        foreach (string path in Directory.EnumerateFiles(Path))
        {
            string file = System.IO.Path.GetFileName(path);
            int length = file.Length - PayloadExtension.Length - HashDigits - 1;
            bool isPayload = length > 0 && ids.Contains(file[..length]) && PromptId.IsPayload(file[..length], file);
            TryDelete(isPayload || file.EndsWith(".tmp", StringComparison.Ordinal) ? path : null);
        }
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
        catch (UnauthorizedAccessException) when (Directory.Exists(path))
        {
            return null; // a folder of that name is no file
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"{path}: the file shrank while it was read. Read it again.", exception);
        }
    }

    internal static void TryDelete(string? path)
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
            byte[] json = Header(backbone);
            created = AtomicFile.Write(PathOf(HeaderName), stream => stream.Write(json), overwrite: damaged);
            header = ReadJson(HeaderName, LibraryJson.Files.LibraryHeader); // of two first writers one wins
        }

        if (header is not null)
        {
            BackboneValidator.Library(header.Backbone, backbone, Path);
        }

        return created && !damaged;
    }

    /// <summary>The payloads of an id: the one that its sidecar names and known leftovers. Only where the sidecar is of no help, the whole folder is looked through.</summary>
    private string[] Payloads(string id, IEnumerable<string> leftovers)
    {
        string? named = null;
        try
        {
            Sidecar? sidecar = ReadJson(id + SidecarExtension, LibraryJson.Files.Sidecar);
            named = sidecar is null ? "" : PromptId.IsPayload(id, sidecar.Payload) ? sidecar.Payload : null;
        }
        catch (InvalidDataException)
        {
            // Its payload may have any name.
        }

        IEnumerable<string> names = named is null ? Directory.EnumerateFiles(Path, id + ".*" + PayloadExtension) : [named, .. leftovers];
        return [.. names.Select(System.IO.Path.GetFileName).Where(name => PromptId.IsPayload(id, name!)).Distinct().Select(name => PathOf(name!))];
    }

    // On file systems without case a file answers to another name than its own.
    private static bool IsOtherCase(string found, string id) => found.Equals(id, StringComparison.OrdinalIgnoreCase);

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
