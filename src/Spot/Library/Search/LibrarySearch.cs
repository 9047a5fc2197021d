using System.Collections.Concurrent;

namespace Spot.Library;

/// <summary>
/// Searches the index, and compares every hit with its record's files the first time it is one. No other record's files are read: a filter is asked about
/// what the index says of a record. The answer is that of one moment: what a stale index or a damaged file makes differ is put right, and the search is
/// done again; a hit that another process replaced or removed meanwhile stays, as it was there when the search looked.
/// </summary>
internal sealed class LibrarySearch(LibraryStore store) : IKeySearch
{
    private const int MostAttempts = 10;

    private readonly SearchRepair _repair = new(store);
    private readonly ConcurrentDictionary<string, (string Sha256, ulong InfoHash, PromptInfo Info)> _checked = new(StringComparer.Ordinal);

    /// <summary>Forgets which records were compared with their files.</summary>
    internal void Forget() => _checked.Clear();

    public void CheckFits(string backbone, int dim) => store.CheckFits(store.State, backbone, dim);

    /// <inheritdoc/>
    /// <exception cref="SpotException">No key was taken at this step though there are keys, or the folder does not come to rest.</exception>
    /// <exception cref="InvalidDataException">The index is damaged again and again.</exception>
    public async Task<PromptMatch[][]> FindAsync(IReadOnlyList<KeyPass> passes, int step, PromptSearchOptions options, CancellationToken cancellationToken)
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
            HitCheck check = new(this, view, step);
            IndexLook look = new(view, step, options, Known, check.Describe, store.Folder.Path, cancellationToken);
            try
            {
                PromptMatch[][] found = await Task.Run(() => look.Find(passes), cancellationToken).ConfigureAwait(false);
                if (check.Differing.Count == 0)
                {
                    return found;
                }

                switch (await _repair.RunAsync(check.Differing, cancellationToken).ConfigureAwait(false))
                {
                    case SearchRepair.Outcome.Replaced when isFresh:
                        return found; // as it was after the search began
                    case SearchRepair.Outcome.Undecided when ++undecided == MostAttempts:
                        throw new SpotException(
                            $"Found the records {string.Join(", ", check.Differing)} of the prompt library '{store.Folder.Path}' other than its index says, {MostAttempts} times in a row, expected " +
                            "them to be left alone for the length of a search. Somebody other than Spot changes them, or the folder cannot be written while others do: search again.");
                }
            }
            catch (InvalidDataException exception) when (!look.HasFilterFailed)
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

    /// <summary>What a look at the index compares its hits with: the records' files.</summary>
    private sealed class HitCheck(LibrarySearch owner, KeySnapshot view, int step)
    {
        /// <summary>The ids of the hits whose files are not those that the index was made of.</summary>
        public HashSet<string> Differing { get; } = [];

        /// <summary>What is known of a hit; noted in <see cref="Differing"/> if its record's files say otherwise.</summary>
        public PromptInfo Describe(int index, PromptSimilarity similarity)
        {
            IndexRow row = view.Row(index);
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
}
