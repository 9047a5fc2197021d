using Spot.Serialization;

namespace Spot.Library;

/// <summary>
/// The ids that an import is adding, written before the first of them and removed after the last: the removal is the commit. While it is there, readers
/// leave these ids out; whoever writes next after an import that died removes them.
/// </summary>
internal static class ImportJournal
{
    private const string NewLibrary = "new"; // the import also made library.json; no id, as ids are prefixed
    private const char IdPrefix = ':';

    internal static void Begin(LibraryFolder folder, IEnumerable<string> ids)
    {
        string[] lines = [.. File.Exists(folder.PathOf(LibraryFolder.HeaderName)) ? [] : (string[])[NewLibrary], .. ids.Select(id => IdPrefix + id)];
        AtomicFile.Write(folder.JournalPath, stream => stream.Write(System.Text.Encoding.ASCII.GetBytes(string.Join('\n', lines))));
    }

    internal static void Commit(LibraryFolder folder)
    {
        File.Delete(folder.JournalPath);
        AtomicFile.FlushFolder(Path.GetDirectoryName(folder.JournalPath)!);
    }

    /// <summary>Removes what an import left that did not end. Only the holder of the write lock may do so.</summary>
    /// <returns>Whether there was one.</returns>
    internal static bool Undo(LibraryFolder folder)
    {
        string[] lines = Read(folder);
        if (lines.Length == 0)
        {
            return false;
        }

        RecordWriter records = new(folder);
        HashSet<string> ids = [.. Ids(lines)];
        foreach (string id in ids)
        {
            records.Remove(id, []);
        }

        records.RemoveLeftovers(ids);

        if (lines.Contains(NewLibrary))
        {
            RecordWriter.TryDelete(folder.PathOf(LibraryFolder.HeaderName));
        }

        Commit(folder);
        return true;
    }

    /// <summary>The ids of an import that has not ended; none if there is none.</summary>
    internal static HashSet<string> ReadIds(LibraryFolder folder) => [.. Ids(Read(folder))];

    private static IEnumerable<string> Ids(string[] lines) =>
        lines.Where(line => line.StartsWith(IdPrefix)).Select(line => line[1..]).Where(PromptId.IsAllowed);

    private static string[] Read(LibraryFolder folder)
    {
        try
        {
            return File.Exists(folder.JournalPath) ? File.ReadAllLines(folder.JournalPath) : [];
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }
}
