using Spot.Serialization;

namespace Spot.Library;

/// <summary>
/// Writes and removes the files of records. The sidecar is the commit point: a payload is written before it and an older payload deleted after it, so
/// whatever moment a process dies at, a reader finds the old record or the new one.
/// </summary>
internal sealed class RecordWriter(LibraryFolder folder)
{
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
        string path = folder.PathOf(sidecar.Payload);
        string[] older = Payloads(sidecar.Id, leftovers);
        bool committed = false;
        bool headerCreated = false;
        try
        {
            AtomicFile.Write(path, stream => stream.Write(files.Payload));
            headerCreated = WriteHeader(sidecar.Backbone);
            cancellationToken.ThrowIfCancellationRequested();
            committed = AtomicFile.Write(folder.PathOf(sidecar.Id + LibraryFolder.SidecarExtension), stream => stream.Write(files.Json), overwrite: replace);
        }
        finally
        {
            if (!committed)
            {
                TryDelete(older.Contains(path) || IsCommitted(sidecar) ? null : path);
                TryDelete(headerCreated ? folder.PathOf(LibraryFolder.HeaderName) : null);
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
        string sidecar = folder.PathOf(id + LibraryFolder.SidecarExtension);
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

        AtomicFile.FlushFolder(folder.Path);
        Array.ForEach(payloads, TryDelete);
        return true;
    }

    /// <summary>Removes all payloads of these ids, and what a writer that died had not yet renamed.</summary>
    internal void RemoveLeftovers(IReadOnlySet<string> ids)
    {
        foreach (string path in Directory.EnumerateFiles(folder.Path))
        {
            string file = Path.GetFileName(path);
            int length = file.Length - LibraryFolder.PayloadExtension.Length - LibraryFolder.HashDigits - 1;
            bool isPayload = length > 0 && ids.Contains(file[..length]) && PromptId.IsPayload(file[..length], file);
            TryDelete(isPayload || file.EndsWith(".tmp", StringComparison.Ordinal) ? path : null);
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

    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(folder.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(exception, folder.Path);
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
            header = folder.ReadJson(LibraryFolder.HeaderName, LibraryJson.Files.LibraryHeader);
        }
        catch (InvalidDataException)
        {
            damaged = true;
        }

        bool created = false;
        if (header is null)
        {
            byte[] json = LibraryFolder.Header(backbone);
            created = AtomicFile.Write(folder.PathOf(LibraryFolder.HeaderName), stream => stream.Write(json), overwrite: damaged);
            header = folder.ReadJson(LibraryFolder.HeaderName, LibraryJson.Files.LibraryHeader); // of two first writers one wins
        }

        if (header is not null)
        {
            BackboneValidator.Library(header.Backbone, backbone, folder.Path);
        }

        return created && !damaged;
    }

    /// <summary>The payloads of an id: the one that its sidecar names and known leftovers. Only where the sidecar is of no help, the whole folder is looked through.</summary>
    private string[] Payloads(string id, IEnumerable<string> leftovers)
    {
        string? named = null;
        try
        {
            Sidecar? sidecar = folder.ReadJson(id + LibraryFolder.SidecarExtension, LibraryJson.Files.Sidecar);
            named = sidecar is null ? "" : PromptId.IsPayload(id, sidecar.Payload) ? sidecar.Payload : null;
        }
        catch (InvalidDataException)
        {
            // Its payload may have any name.
        }

        IEnumerable<string> names = named is null ? Directory.EnumerateFiles(folder.Path, id + ".*" + LibraryFolder.PayloadExtension) : [named, .. leftovers];
        return [.. names.Select(Path.GetFileName).Where(name => PromptId.IsPayload(id, name!)).Distinct().Select(name => folder.PathOf(name!))];
    }

    /// <summary>Whether another process has just written the very same numbers under the same id.</summary>
    private bool IsCommitted(Sidecar sidecar)
    {
        try
        {
            return folder.ReadJson(sidecar.Id + LibraryFolder.SidecarExtension, LibraryJson.Files.Sidecar)?.Payload == sidecar.Payload;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
