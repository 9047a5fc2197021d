namespace Spot.Library;

/// <summary>Makes an index agree with the records that a folder was found to have.</summary>
internal static class IndexSync
{
    /// <summary>Whether the index holds the state's records and no others.</summary>
    /// <exception cref="InvalidDataException">The index is damaged.</exception>
    internal static bool IsInStep(KeyIndex index, LibraryState state) =>
        state.Entries is not null && index.LiveCount == state.Entries.Count && index.Dim == (state.Dim ?? index.Dim) && state.Entries.Values.All(index.Has);

    /// <summary>Adds what the index lacks and removes what the folder lacks; records that turn out to be damaged are set aside.</summary>
    /// <param name="store">The library; the caller holds its gate.</param>
    /// <param name="state">What is known of it.</param>
    /// <param name="isPrivate">Whether the index is for this process alone, as the caller does not hold the write lock.</param>
    /// <param name="cancellationToken">Checked before every record.</param>
    /// <returns>What is known now, and the keys of all records.</returns>
    internal static (LibraryState State, KeySnapshot View) Run(LibraryStore store, LibraryState state, bool isPrivate, CancellationToken cancellationToken)
    {
        bool isRead = state.Entries is not null && state.Stamp == store.Folder.Stamp();
        List<(LibraryEntry Entry, string Message)> damaged = []; // over all rounds: each reads the folder again
        while (true)
        {
            (KeyIndex? index, bool isComplete) = isPrivate ? (null, false) : store.Index(state);
            try
            {
                if (!isComplete)
                {
                    state = isRead ? state : store.Scan(cancellationToken);
                    isRead = true;
                    if (index is null || index.Dim != (state.Dim ?? index.Dim))
                    {
                        index = Create(store, state, isPrivate);
                    }

                    int before = damaged.Count;
                    Update(store.Folder, index, state, damaged, isPrivate, cancellationToken);
                    long read = store.Folder.Stamp();
                    store.Use(index.Commit(state.Stamp == read && damaged.Count == 0 ? state.Stamp : LibraryState.NoStamp), isPrivate ? read : null);
                    if (damaged.Count > before)
                    {
                        state = SetAside(store, damaged, cancellationToken);
                        continue;
                    }
                }

                (index, _) = store.Index(state with { View = null });
                KeySnapshot view = index!.View();
                return (state with { View = view }, view);
            }
            catch (InvalidDataException) when (index is not null)
            {
                index.Dispose();
                store.Distrust();
            }
            catch
            {
                index?.Dispose();
                store.Close(); // what it holds beyond the last commit is nobody's
                throw;
            }
        }
    }

    private static KeyIndex Create(LibraryStore store, LibraryState state, bool isPrivate)
    {
        if (!isPrivate)
        {
            return KeyIndex.Create(store.Folder.IndexPath, state.Backbone ?? "", state.Dim ?? 1);
        }

        string folder = Directory.CreateTempSubdirectory("spot-index-").FullName;
        KeyIndex index = KeyIndex.Create(folder, state.Backbone ?? "", state.Dim ?? 1);
        try
        {
            Directory.Delete(folder, recursive: true); // on Unix open files need no name
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Left to the system's own cleaning.
        }

        return index;
    }

    private static void Update(
        LibraryFolder folder, KeyIndex index, LibraryState state, List<(LibraryEntry Entry, string Message)> damaged, bool isPrivate, CancellationToken cancellationToken)
    {
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

            index.Append(entry, embedding);
        }

        // What another process added after the folder was read stays.
        foreach (string id in index.Ids.Where(id => !state.Entries.ContainsKey(id)).ToArray())
        {
            if (isPrivate || !File.Exists(folder.PathOf(id + LibraryFolder.SidecarExtension)) || state.Damaged.ContainsKey(id))
            {
                index.Remove(id);
            }
        }
    }

    // Perhaps another process has replaced them; what is unchanged and still unreadable is damaged.
    private static LibraryState SetAside(LibraryStore store, List<(LibraryEntry Entry, string Message)> damaged, CancellationToken cancellationToken)
    {
        LibraryState state = store.Scan(cancellationToken);
        foreach ((LibraryEntry entry, string message) in damaged)
        {
            if (state.Entries!.GetValueOrDefault(entry.Info.Id)?.Sha256 == entry.Sha256)
            {
                state = state.WithDamage(entry.Info.Id, new LibraryProblem(store.Folder.PathOf(entry.Payload), message));
            }
        }

        return state;
    }
}
