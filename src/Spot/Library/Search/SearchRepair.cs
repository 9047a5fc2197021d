namespace Spot.Library;

/// <summary>Finds out why records differ from the index, and brings the index to what their files say.</summary>
internal sealed class SearchRepair(LibraryStore store)
{
    internal enum Outcome
    {
        /// <summary>Index and files agree by now: the records were replaced or removed meanwhile.</summary>
        Replaced,

        /// <summary>Damaged records were set aside.</summary>
        Mended,

        /// <summary>The index is to be made or read again.</summary>
        Undecided,
    }

    /// <summary>Compares records with the index once nobody writes them.</summary>
    internal async Task<Outcome> RunAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        try
        {
            return await store.WriteAsync(state => Reconcile(state, ids), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not ours to write: read everything, into an index of our own.
            return await store.ChangeAsync(
                _ =>
                {
                    LibraryState state = store.Scan(cancellationToken);
                    store.Keys.Distrust();
                    return (state, Outcome.Undecided);
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    private (LibraryState State, Outcome Outcome) Reconcile(LibraryState state, IReadOnlyCollection<string> ids)
    {
        (KeyIndex? index, bool isComplete) = store.Keys.Open(state.Backbone, state.View);
        if (index is null || !isComplete)
        {
            return (state with { View = null }, Outcome.Undecided);
        }

        bool isMended = false;
        foreach (string id in ids)
        {
            if (FindDamage(state, id, out LibraryEntry? entry) is LibraryProblem problem)
            {
                index.Remove(id);
                state = state.WithDamage(id, problem);
                isMended = true;
            }
            else if (entry is null ? index.FindTaken(id) is not null : !index.Has(entry))
            {
                // Not that it was just being replaced: then both would agree by now. So the index is wrong here and may be elsewhere.
                index.MarkIncomplete();
                return (state with { View = null, Stamp = IndexHead.NoStamp }, Outcome.Undecided);
            }
        }

        if (isMended)
        {
            index = index.Commit(IndexHead.NoStamp); // the next one to open looks at everything
            store.Keys.Use(index);
        }

        return (state with { View = index.View() }, isMended ? Outcome.Mended : Outcome.Replaced);
    }

    private LibraryProblem? FindDamage(LibraryState state, string id, out LibraryEntry? entry)
    {
        LibraryFolder folder = store.Folder;
        entry = null;
        try
        {
            entry = folder.ReadEntry(id, state.Backbone, state.Dim);
            _ = entry?.Info.EmbeddingStep is null ? null : folder.ReadEmbedding(entry);
            return null;
        }
        catch (InvalidDataException exception)
        {
            return new LibraryProblem(folder.PathOf(entry?.Payload ?? id + LibraryFolder.SidecarExtension), exception.Message);
        }
    }
}
