using System.Collections.Concurrent;
using Spot.Numerics;

namespace Spot.Library;

/// <summary>
/// Searches the index, and compares every hit with its record's files the first time it is one: what a stale index, another process or a damaged file
/// makes differ is put right, and the search is done again.
/// </summary>
internal sealed class LibrarySearch(LibraryStore store)
{
    private const int MostAttempts = 10;

    private readonly ConcurrentDictionary<string, LibraryEntry> _checked = new(StringComparer.Ordinal);

    /// <summary>Forgets which records were compared with their files.</summary>
    internal void Forget() => _checked.Clear();

    /// <summary>The best matches for each query.</summary>
    /// <exception cref="SpotException">No key was taken at this step though there are keys.</exception>
    internal async Task<PromptMatch[][]> FindAsync(
        IReadOnlyList<double[]> queries, int k, int step, PromptSimilarity similarity, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            KeyView? view = store.CurrentView();
            if (view is null && store.State.Entries is { IsEmpty: true })
            {
                return [.. queries.Select(_ => Array.Empty<PromptMatch>())];
            }

            view ??= await store.SyncAsync(cancellationToken).ConfigureAwait(false);
            ConcurrentDictionary<string, int> differing = new(StringComparer.Ordinal);
            try
            {
                PromptMatch[][] found = await Task.Run(() => Find(view, queries, k, step, similarity, differing, cancellationToken), cancellationToken).ConfigureAwait(false);
                if (differing.IsEmpty || attempt == MostAttempts)
                {
                    return found;
                }

                await ReconcileAsync(differing.Keys, cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidDataException) when (attempt < MostAttempts)
            {
                await store.ChangeAsync(
                    state =>
                    {
                        store.Distrust();
                        return (state with { View = null }, true);
                    },
                    cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private PromptMatch[][] Find(
        KeyView view, IReadOnlyList<double[]> queries, int k, int step, PromptSimilarity similarity, ConcurrentDictionary<string, int> differing, CancellationToken cancellationToken)
    {
        ScoredIndex[][] found = view.Search(queries, k, step, similarity, cancellationToken);
        if (found.All(hits => hits.Length == 0))
        {
            CheckStep(view, step);
        }

        PromptMatch[][] matches = new PromptMatch[found.Length][];
        for (int query = 0; query < found.Length; query++)
        {
            List<PromptMatch> usable = [];
            foreach (ScoredIndex hit in found[query])
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Check(view, hit.Index, step, similarity, differing) is PromptInfo info)
                {
                    usable.Add(new PromptMatch(info, hit.Score));
                }
            }

            matches[query] = [.. usable];
        }

        return matches;
    }

    /// <summary>The info of a hit; null if its record's files are not those that the index was made of.</summary>
    private PromptInfo? Check(KeyView view, int index, int step, PromptSimilarity similarity, ConcurrentDictionary<string, int> differing)
    {
        IndexRow row = view.Row(index);
        string id = row.IdText;
        if (_checked.TryGetValue(id, out LibraryEntry? known) && row.HasSha(known.Sha256))
        {
            return known.Info;
        }

        LibraryEntry? entry = null;
        TaskEmbedding? embedding = null;
        try
        {
            entry = store.Folder.ReadEntry(id, store.State.Backbone, store.State.Dim);
            embedding = entry?.Info.EmbeddingStep == step && row.HasSha(entry.Sha256) ? store.Folder.ReadEmbedding(entry) : null;
        }
        catch (InvalidDataException)
        {
            // Damaged, or just being replaced.
        }

        if (embedding is null)
        {
            differing.TryAdd(id, index);
            return null;
        }

        if (!view.IsKeyOf(index, similarity, embedding.Prompt))
        {
            throw new InvalidDataException($"Found another key in the library's index than that of record '{id}'.");
        }

        _checked[id] = entry!;
        return entry!.Info;
    }

    /// <summary>Brings the index to what the files of some records say, once nobody writes them.</summary>
    private async Task ReconcileAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(state => (Reconcile(state, ids), true), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Not ours to write: read everything, into an index of our own.
            await store.ChangeAsync(
                _ =>
                {
                    LibraryState state = store.Scan(cancellationToken);
                    store.Distrust();
                    return (state, true);
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    private LibraryState Reconcile(LibraryState state, IEnumerable<string> ids)
    {
        (KeyIndex? index, bool isComplete) = store.Index(state);
        if (index is null || !isComplete)
        {
            return state with { View = null };
        }

        foreach (string id in ids)
        {
            if (FindDamage(state, id, out LibraryEntry? entry) is LibraryProblem problem)
            {
                index.Remove(id);
                state = state.WithDamage(id, problem);
            }
            else if (entry is null || !index.Has(entry))
            {
                // Not that it was just being replaced: then both would agree by now. So the index is wrong here and may be elsewhere.
                index.MarkIncomplete();
                return state with { View = null, Stamp = LibraryState.NoStamp };
            }
        }

        index = index.Commit(state.Damaged.IsEmpty ? index.Stamp : LibraryState.NoStamp); // the next one to open looks at everything
        store.Use(index);
        return state with { View = index.View() };
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

    private void CheckStep(KeyView view, int step)
    {
        int[] steps = view.Steps();
        if (steps.Length > 0 && !steps.Contains(step))
        {
            throw new SpotException(
                $"Found a query taken at step {step}, expected one of the steps of the keys in the prompt library '{store.Folder.Path}': " +
                $"{string.Join(", ", steps)}. Embeddings are comparable only at the same step: embed the task with that EmbeddingStep.");
        }
    }
}
