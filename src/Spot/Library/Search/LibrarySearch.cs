using System.Collections.Concurrent;

namespace Spot.Library;

/// <summary>
/// Searches the index, and compares every hit with its record's files the first time it is one. No other record's files are read: a filter is asked about
/// what the index says of a record. The answer is that of one moment: what a stale index or a damaged file makes differ is put right, and the search is
/// done again; a hit that another process replaced or removed meanwhile stays, as it was there when the search looked.
/// </summary>
internal sealed class LibrarySearch(LibraryStore store)
{
    private const int MostAttempts = 10;
    private const int Growth = 4; // how many times more hits are looked at when a filter left too few

    private readonly SearchRepair _repair = new(store);
    private readonly ConcurrentDictionary<string, (string Sha256, ulong InfoHash, PromptInfo Info)> _checked = new(StringComparer.Ordinal);

    /// <summary>Forgets which records were compared with their files.</summary>
    internal void Forget() => _checked.Clear();

    /// <summary>The best matches for each query.</summary>
    /// <param name="passes">The looks at the keys, at least one, each with a key of every query: a later one for what an earlier one left too few of.</param>
    /// <param name="step">The step of the keys to compare.</param>
    /// <param name="options">How many at most for each, and which records count.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    /// <exception cref="SpotException">No key was taken at this step though there are keys, or the folder does not come to rest.</exception>
    /// <exception cref="InvalidDataException">The index is damaged again and again.</exception>
    internal async Task<PromptMatch[][]> FindAsync(IReadOnlyList<KeyPass> passes, int step, PromptSearchOptions options, CancellationToken cancellationToken)
    {
        int undecided = 0, damaged = 0;
        for (bool isFresh = false; ; isFresh = true)
        {
            KeySnapshot? view = store.CurrentView();
            if (view is null && store.State.Entries is { IsEmpty: true })
            {
                return [.. passes[0].Keys.Select(_ => Array.Empty<PromptMatch>())];
            }

            view ??= await store.SyncAsync(cancellationToken).ConfigureAwait(false);
            Search search = new(this, view, step, options, cancellationToken);
            try
            {
                PromptMatch[][] found = await Task.Run(() => search.Find(passes), cancellationToken).ConfigureAwait(false);
                if (search.Differing.Count == 0)
                {
                    return found;
                }

                switch (await _repair.RunAsync(search.Differing, cancellationToken).ConfigureAwait(false))
                {
                    case SearchRepair.Outcome.Replaced when isFresh:
                        return found; // as it was after the search began
                    case SearchRepair.Outcome.Undecided when ++undecided == MostAttempts:
                        throw new SpotException(
                            $"Found the records {string.Join(", ", search.Differing)} of the prompt library '{store.Folder.Path}' other than its index says, {MostAttempts} times in a row, expected " +
                            "them to be left alone for the length of a search. Somebody other than Spot changes them, or the folder cannot be written while others do: search again.");
                }
            }
            catch (InvalidDataException exception) when (!search.HasFilterFailed)
            {
                if (++damaged == MostAttempts)
                {
                    throw new InvalidDataException(
                        $"The index of the prompt library '{store.Folder.Path}' was made {MostAttempts} times and found damaged each time ({exception.Message}). Check the disk.", exception);
                }

                await store.StartAnewAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One look at the index.</summary>
    private sealed class Search(LibrarySearch owner, KeySnapshot view, int step, PromptSearchOptions options, CancellationToken cancellationToken)
    {
        private readonly Dictionary<int, bool> _passes = [];

        /// <summary>The ids of the hits whose files are not those that the index was made of.</summary>
        public HashSet<string> Differing { get; } = [];

        /// <summary>Whether the caller's filter threw.</summary>
        public bool HasFilterFailed { get; private set; }

        public PromptMatch[][] Find(IReadOnlyList<KeyPass> passes)
        {
            List<PromptMatch>[] found = [.. passes[0].Keys.Select(_ => new List<PromptMatch>())];
            bool isAny = false;
            foreach (KeyPass pass in passes)
            {
                int[] open = [.. Enumerable.Range(0, found.Length).Where(query => found[query].Count < options.K)];
                if (open.Length == 0)
                {
                    break;
                }

                ScoredIndex[][] hits = view.Search([.. open.Select(query => pass.Keys[query])], options.K, pass.Tag, pass.Similarity, cancellationToken);
                isAny |= hits.Any(ofQuery => ofQuery.Length > 0);
                for (int i = 0; i < open.Length; i++)
                {
                    List<PromptMatch> matches = found[open[i]];
                    IEnumerable<ScoredIndex> passing = options.Filter is null ? hits[i] : Filter(pass, pass.Keys[open[i]], hits[i]);
                    matches.AddRange(passing.Take(options.K - matches.Count).Select(hit => new PromptMatch(Check(hit.Index, pass.Similarity), hit.Score) { ComparedBy = pass.ComparedBy }));
                }
            }

            if (!isAny)
            {
                owner.CheckStep(view, step);
            }

            return [.. found.Select(matches => matches.ToArray())];
        }

        private ScoredIndex[] Filter(KeyPass pass, double[] query, ScoredIndex[] hits)
        {
            int k = options.K;
            for (long asked = k; ; asked *= Growth)
            {
                ScoredIndex[] passing = [.. hits.Where(hit => Passes(hit.Index)).Take(k)];
                if (passing.Length == k || hits.Length < asked)
                {
                    return passing;
                }

                hits = view.Search([query], (int)Math.Min(view.Count, asked * Growth), pass.Tag, pass.Similarity, cancellationToken)[0];
            }
        }

        private bool Passes(int row)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_passes.TryGetValue(row, out bool passes))
            {
                IndexRow of = view.Row(row);
                PromptInfo info = owner.Known(of) ?? view.Info(row);
                HasFilterFailed = true;
                passes = options.Filter!(info);
                HasFilterFailed = false;
                _passes[row] = passes;
            }

            return passes;
        }

        /// <summary>What is known of a hit; noted in <see cref="Differing"/> if its record's files say otherwise.</summary>
        private PromptInfo Check(int index, PromptSimilarity similarity)
        {
            cancellationToken.ThrowIfCancellationRequested();
            IndexRow row = view.Row(index);
            if (owner.Known(row) is PromptInfo known)
            {
                return known;
            }

            PromptInfo info = view.Info(index);
            if (owner.ReadEmbedding(row, step) is not TaskEmbedding embedding)
            {
                Differing.Add(row.IdText);
            }
            else if (!view.IsKeyOf(index, similarity, embedding))
            {
                throw new InvalidDataException($"Found another key in the library's index than that of record '{row.IdText}'.");
            }
            else
            {
                owner._checked[row.IdText] = (row.Sha256, row.InfoHash, info);
            }

            return info;
        }
    }

    /// <summary>What was found of a row when its record's files were compared with it; null if they were not.</summary>
    private PromptInfo? Known(IndexRow row) =>
        _checked.TryGetValue(row.IdText, out (string Sha256, ulong InfoHash, PromptInfo Info) known) && row.HasSha(known.Sha256) && row.InfoHash == known.InfoHash
            ? known.Info : null;

    /// <summary>The embedding in a row's record; null if the record's files are not those that the row was made of.</summary>
    private TaskEmbedding? ReadEmbedding(IndexRow row, int step)
    {
        try
        {
            return store.Folder.ReadEntry(row.IdText, store.State.Backbone, store.State.Dim) is LibraryEntry entry
                && entry.Info.EmbeddingStep == step && row.IsOf(entry)
                ? store.Folder.ReadEmbedding(entry) : null;
        }
        catch (InvalidDataException)
        {
            return null; // damaged, or just being replaced
        }
    }

    private void CheckStep(KeySnapshot view, int step)
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
