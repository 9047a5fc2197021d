namespace Spot.Transfer;

/// <summary>
/// Targeted transfer, best of top-k (SPoT §3.3): embed the target, retrieve the k most similar source prompts, tune the target from each,
/// keep the run with the best validation score.
/// </summary>
/// <param name="tuner">Tunes the target.</param>
/// <param name="embedder">Embeds the target.</param>
/// <param name="library">Holds the source prompts.</param>
public sealed class BestOfTopK(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library) : ITransferStrategy
{
    /// <summary>How many source prompts are tried, at least 1.</summary>
    /// <value>3.</value>
    public int K { get; init; } = 3;

    /// <summary>How task embeddings are compared.</summary>
    /// <value><see cref="PromptSimilarity.AverageToken"/>.</value>
    public PromptSimilarity Similarity { get; init; } = PromptSimilarity.AverageToken;

    /// <summary>The recipe of the library's keys, with which the target is embedded; null to use the options of the transfer.</summary>
    /// <value>null.</value>
    public TuningOptions? EmbeddingOptions { get; init; }

    /// <summary>The target's embedding if it is known; null to compute it.</summary>
    /// <value>null.</value>
    public TaskEmbedding? Embedding { get; init; }

    /// <inheritdoc/>
    public async Task<TransferResult> TransferAsync(
        TextTask target,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(K, 1);
        TaskEmbedding embedding = Embedding
            ?? await embedder.EmbedAsync(target, EmbeddingOptions ?? options, progress, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<PromptMatch> matches = await library.SearchAsync(embedding, K, Similarity, cancellationToken).ConfigureAwait(false);
        if (matches.Count == 0)
        {
            throw new SpotException(
                $"The library holds no prompt with a task embedding, so '{target.Name}' has nothing to start from. " +
                "Add records of source tasks first, tuned for at least EmbeddingStep steps.");
        }

        List<TransferCandidate> candidates = [];
        foreach (PromptMatch match in matches)
        {
            PromptRecord source = await library.GetAsync(match.Info.Id, cancellationToken).ConfigureAwait(false)
                ?? throw new SpotException($"The prompt '{match.Info.Id}' was removed from the library during the transfer. Run it again.");
            TuningResult result = await tuner.TuneAsync(target, ForCandidate(options, match.Info.Id), source.Prompt, progress, cancellationToken).ConfigureAwait(false);
            candidates.Add(new TransferCandidate(match.Info, match.Similarity, result));
        }

        return new TransferResult(candidates.MaxBy(candidate => candidate.Result.BestScore)!, candidates);
    }

    // A run folder belongs to one run: each candidate gets its own in it. Ids are safe as names of folders.
    private static TuningOptions? ForCandidate(TuningOptions? options, string id)
    {
        if (options?.RunFolder is null)
        {
            return options;
        }

        TuningOptions own = options.Clone();
        own.RunFolder = Path.Combine(options.RunFolder, id);
        return own;
    }
}
