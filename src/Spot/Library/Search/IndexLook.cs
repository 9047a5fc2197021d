namespace Spot.Library;

/// <summary>One look at an index: the best rows for each query that the caller's filter lets pass.</summary>
/// <param name="view">The index at one moment.</param>
/// <param name="step">The step of the keys to compare.</param>
/// <param name="options">How many at most for each query, and which records count.</param>
/// <param name="known">What is known of a row's record without reading it again; null if nothing.</param>
/// <param name="describe">What is said of a hit, by its row and the similarity it was found by.</param>
/// <param name="place">The library, in errors.</param>
/// <param name="cancellationToken">Cancels the search.</param>
internal sealed class IndexLook(
    KeySnapshot view,
    int step,
    PromptSearchOptions options,
    Func<IndexRow, PromptInfo?> known,
    Func<int, PromptSimilarity, PromptInfo> describe,
    string place,
    CancellationToken cancellationToken)
{
    private const int Growth = 4; // how many times more hits are looked at when a filter left too few

    private readonly Dictionary<int, bool> _passes = [];

    /// <summary>Whether the caller's filter threw.</summary>
    public bool HasFilterFailed { get; private set; }

    /// <summary>The best matches for each query of the passes.</summary>
    /// <exception cref="SpotException">No key was taken at this step though there are keys.</exception>
    /// <exception cref="InvalidDataException">The index is damaged, or <see cref="HasFilterFailed"/>.</exception>
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
                matches.AddRange(passing.Take(options.K - matches.Count).Select(hit => new PromptMatch(Describe(hit.Index, pass.Similarity), hit.Score) { ComparedBy = pass.ComparedBy }));
            }
        }

        if (!isAny)
        {
            CheckStep();
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
            PromptInfo info = known(view.Row(row)) ?? view.Info(row);
            HasFilterFailed = true;
            passes = options.Filter!(info);
            HasFilterFailed = false;
            _passes[row] = passes;
        }

        return passes;
    }

    private PromptInfo Describe(int row, PromptSimilarity similarity)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return known(view.Row(row)) ?? describe(row, similarity);
    }

    private void CheckStep()
    {
        int[] steps = view.Steps();
        if (steps.Length > 0 && !steps.Contains(step))
        {
            throw new SpotException(
                $"Found a query taken at step {step}, expected one of the steps of the keys in the prompt library '{place}': " +
                $"{string.Join(", ", steps)}. Embeddings are comparable only at the same step: embed the task with that EmbeddingStep.");
        }
    }
}
