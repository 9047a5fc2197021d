using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Spot.Library;

/// <summary>Adds all records of an archive, or none.</summary>
internal static class LibraryImport
{
    /// <summary>Checks the whole archive, then adds what is not yet there. Within <see cref="LibraryStore.WriteAsync"/>.</summary>
    /// <returns>What is known afterwards, and the ids that were added.</returns>
    /// <exception cref="InvalidDataException">The archive is damaged.</exception>
    /// <exception cref="SpotException">It is of another backbone or width, or other records with its ids are there.</exception>
    internal static (LibraryState State, IReadOnlyList<string> Added) Run(
        LibraryStore store, LibraryState state, string path, ILogger logger, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using ArchiveReader archive = new(path);
        (LibraryState State, IReadOnlyList<string> Added) result = Run(store, state, archive, cancellationToken);
        LibraryLog.Imported(logger, store.Folder.Path, result.Added.Count, archive.Ids.Count(), path, Stopwatch.GetElapsedTime(start));
        return result;
    }

    private static (LibraryState State, IReadOnlyList<string> Added) Run(
        LibraryStore store, LibraryState state, ArchiveReader archive, CancellationToken cancellationToken)
    {
        LibraryHeader header = archive.ReadHeader();
        LibraryWriter writer = new(store, state);
        List<string> added = Choose(store, state, writer, archive, header.Backbone, cancellationToken);
        if (added.Count == 0)
        {
            return (writer.End(), added);
        }

        ImportJournal.Begin(store.Folder, added);
        try
        {
            foreach (string id in added)
            {
                (RecordFiles files, TaskEmbedding? embedding) = archive.ReadRecord(id, header.Backbone, dim: null);
                writer.Add(files, embedding, replace: false, cancellationToken);
            }

            ImportJournal.Commit(store.Folder);
        }
        catch
        {
            writer.Forget();
            ImportJournal.Undo(store.Folder);
            throw;
        }

        return (writer.End(), added);
    }

    /// <summary>The ids that are to be added: those that the library does not have. Every record is read.</summary>
    private static List<string> Choose(
        LibraryStore store, LibraryState state, LibraryWriter writer, ArchiveReader archive, string backbone, CancellationToken cancellationToken)
    {
        List<string> added = [], collisions = [];
        int? dim = null;
        foreach (string id in archive.Ids)
        {
            cancellationToken.ThrowIfCancellationRequested();
            RecordFiles files = archive.ReadRecord(id, backbone, dim).Files;
            dim = files.Sidecar.Dim;
            store.CheckFits(state, backbone, files.Sidecar.Dim);
            if (writer.FindTaken(id) is not string taken && !File.Exists(store.Folder.PathOf(id + LibraryFolder.SidecarExtension)))
            {
                added.Add(id);
            }
            else if (!IsSame(store.Folder, files))
            {
                collisions.Add(id);
            }
        }

        return collisions.Count == 0 ? added : throw Collisions(collisions, store.Folder.Path);
    }

    /// <summary>The error of an archive whose ids are others' in a library.</summary>
    internal static SpotException Collisions(List<string> ids, string place) => new(
        $"Found other records in the prompt library '{place}' under {ids.Count} ids of the archive: {string.Join(", ", ids.Take(20))}" +
        $"{(ids.Count > 20 ? ", …" : "")}. Nothing was imported. Remove these records first, or import into another library.");

    private static bool IsSame(LibraryFolder folder, RecordFiles files)
    {
        try
        {
            return folder.ReadFiles(files.Sidecar.Id) is RecordFiles here && here.Json.AsSpan().SequenceEqual(files.Json) && here.Payload.AsSpan().SequenceEqual(files.Payload);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
