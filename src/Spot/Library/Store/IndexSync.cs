using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Spot.Library;

/// <summary>Makes the index agree with the records that a folder was found to have. The caller holds the gate of the two.</summary>
/// <param name="folder">The library.</param>
/// <param name="keys">Its index.</param>
/// <param name="scan">Reads the folder.</param>
/// <param name="logger">Told when the index had to be brought to where the records are.</param>
internal sealed class IndexSync(LibraryFolder folder, LibraryIndex keys, Func<CancellationToken, LibraryState> scan, ILogger logger)
{
    /// <summary>The keys of the state's records, if the index holds these and no others.</summary>
    /// <param name="state">What is known of the folder.</param>
    /// <param name="fewRecords">Up to so many records are compared one by one.</param>
    internal KeySnapshot? TryView(LibraryState state, int fewRecords)
    {
        (KeyIndex? index, bool isComplete) = keys.Open(state.Backbone, state.View);
        try
        {
            if (index is null || !(isComplete || (!index.IsIncomplete && (keys.IsUnproven || index.LiveCount <= fewRecords)
                && state.Entries is not null && index.HasExactly(state.Entries, state.Dim))))
            {
                return null;
            }

            keys.IsUnproven = false;
            return index.View();
        }
        catch (InvalidDataException)
        {
            keys.Distrust();
            return null;
        }
    }

    /// <summary>Adds what the index lacks and removes what the folder lacks; records that turn out to be damaged are set aside.</summary>
    /// <param name="state">What is known of the library.</param>
    /// <param name="isPrivate">Whether the index is for this process alone, as the caller does not hold the write lock.</param>
    /// <param name="cancellationToken">Checked before every record.</param>
    /// <returns>What is known now, and the keys of all records.</returns>
    internal (LibraryState State, KeySnapshot View) Run(LibraryState state, bool isPrivate, CancellationToken cancellationToken)
    {
        bool isRead = state.Entries is not null && state.Stamp == folder.Stamp();
        List<(LibraryEntry Entry, string Message)> damaged = []; // over all rounds: each reads the folder again
        while (true)
        {
            (KeyIndex? index, bool isComplete) = isPrivate ? (null, false) : keys.Open(state.Backbone, state.View);
            try
            {
                if (!isComplete)
                {
                    long start = Stopwatch.GetTimestamp();
                    state = isRead ? state : scan(cancellationToken);
                    isRead = true;
                    string reason = Reason(index, state, isPrivate);
                    if (index is null || index.Dim != (state.Dim ?? index.Dim))
                    {
                        index = keys.Create(state.Backbone, state.Dim, isPrivate);
                    }

                    int before = damaged.Count;
                    int added = Update(index, state, damaged, isPrivate, cancellationToken);
                    long read = folder.Stamp();
                    index = index.Commit(state.Stamp == read && damaged.Count == 0 ? state.Stamp : IndexHead.NoStamp);
                    keys.Use(index, isPrivate ? read : null);
                    LibraryLog.Indexed(logger, folder.Path, index.LiveCount, Stopwatch.GetElapsedTime(start), added, reason);
                    if (damaged.Count > before)
                    {
                        state = SetAside(damaged, cancellationToken);
                        continue;
                    }
                }

                (index, _) = keys.Open(state.Backbone, view: null);
                KeySnapshot view = index!.View();
                return (state with { View = view }, view);
            }
            catch (InvalidDataException) when (index is not null)
            {
                index.Dispose();
                keys.Distrust();
            }
            catch
            {
                index?.Dispose();
                keys.Close(); // what it holds beyond the last commit is nobody's
                throw;
            }
        }
    }

    private string Reason(KeyIndex? index, LibraryState state, bool isPrivate) =>
        keys.IsDistrusted ? "it was damaged"
        : isPrivate ? "it can only be had for this process, which may not write now"
        : index is null ? "there was none of this library"
        : index.Dim != (state.Dim ?? index.Dim) ? "its keys were of another width"
        : "records were added, changed or removed without it, or it is not known that none were";

    /// <returns>How many records were read.</returns>
    private int Update(KeyIndex index, LibraryState state, List<(LibraryEntry Entry, string Message)> damaged, bool isPrivate, CancellationToken cancellationToken)
    {
        int added = 0;
        foreach (LibraryEntry entry in state.Entries!.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (index.Has(entry))
            {
                continue;
            }

            TaskEmbedding? embedding = null;
            try
            {
                embedding = entry.Info.EmbeddingStep is null ? null : folder.ReadEmbedding(entry);
            }
            catch (InvalidDataException exception)
            {
                damaged.Add((entry, exception.Message));
                continue;
            }

            index.Append(entry, embedding is null ? null : IndexKeys.Of(embedding));
            added++;
        }

        // What another process added after the folder was read stays.
        foreach (string id in index.Ids.Where(id => !state.Entries.ContainsKey(id)).ToArray())
        {
            if (isPrivate || !File.Exists(folder.PathOf(id + LibraryFolder.SidecarExtension)) || state.Damaged.ContainsKey(id))
            {
                index.Remove(id);
            }
        }

        return added;
    }

    // Perhaps another process has replaced them; what is unchanged and still unreadable is damaged.
    private LibraryState SetAside(List<(LibraryEntry Entry, string Message)> damaged, CancellationToken cancellationToken)
    {
        LibraryState state = scan(cancellationToken);
        foreach ((LibraryEntry entry, string message) in damaged)
        {
            if (state.Entries!.GetValueOrDefault(entry.Info.Id)?.Sha256 == entry.Sha256)
            {
                state = state.WithDamage(entry.Info.Id, new LibraryProblem(folder.PathOf(entry.Payload), message));
            }
        }

        return state;
    }
}
