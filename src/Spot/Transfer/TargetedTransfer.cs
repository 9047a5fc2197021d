namespace Spot.Transfer;

/// <summary>
/// Targeted transfer (SPoT §3.3): embed the target, retrieve the k most similar source prompts, start from them. What is made of them is the
/// strategy's own.
/// </summary>
/// <remarks>Strategies are safe for concurrent calls as far as their tuner, embedder and library are. They own nothing to dispose.</remarks>
public abstract class TargetedTransfer : ITransferStrategy
{
    private readonly ITaskEmbedder _embedder;

    private protected TargetedTransfer(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library)
    {
        ArgumentNullException.ThrowIfNull(tuner);
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(library);
        (Tuner, _embedder, Library) = (tuner, embedder, library);
    }

    /// <summary>How many source prompts are retrieved, at least 1.</summary>
    /// <value>3.</value>
    public int K { get; init; } = 3;

    /// <summary>How task embeddings are compared.</summary>
    /// <value><see cref="PromptSimilarity.AverageToken"/>.</value>
    public PromptSimilarity Similarity { get; init; } = PromptSimilarity.AverageToken;

    /// <summary>The recipe of the library's keys, with which the target is embedded; null to use the options of the transfer.</summary>
    /// <value>null.</value>
    public TuningOptions? EmbeddingOptions { get; init; }

    /// <summary>The seeds with which the target is embedded, once each; empty for the seed of the recipe. The similarities of several are averaged.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<long> EmbeddingSeeds { get; init; } = [];

    /// <summary>The target's embeddings if they are known; empty to compute them. The similarities of several are averaged.</summary>
    /// <value>Empty.</value>
    public IReadOnlyList<TaskEmbedding> Embeddings { get; init; } = [];

    /// <summary>Which source prompts may be used, for example none whose task has the target's test examples; null for all.</summary>
    /// <value>null.</value>
    public Func<PromptInfo, bool>? Eligible { get; init; }

    /// <summary>
    /// Whether prompts that were tuned on the target's own task, known by its name, may be sources too. A transfer asks what other tasks bring, so they are
    /// left out as in a study; set it to tune a task further from where it stands.
    /// </summary>
    /// <value>false.</value>
    public bool IncludeOwnTask { get; init; }

    private protected IPromptTuner Tuner { get; }

    private protected IPromptLibrary Library { get; }

    /// <inheritdoc/>
    public async Task<TransferResult> TransferAsync(
        TextTask target,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfLessThan(K, 1);
        IReadOnlyList<TaskEmbedding> embeddings = Embeddings.Count > 0 ? Embeddings : await EmbedAsync(target, options, progress, cancellationToken).ConfigureAwait(false);
        SourceFilter filter = new(target, Eligible, IncludeOwnTask);
        PromptSearchOptions search = new() { K = K, Similarity = Similarity, Filter = filter.Allows };
        IReadOnlyList<PromptMatch> matches = await Library.SearchAverageAsync(embeddings, search, cancellationToken).ConfigureAwait(false);
        if (matches.Count == 0)
        {
            throw await filter.NothingAsync(Library, isSearch: true, cancellationToken).ConfigureAwait(false);
        }

        TransferResult result = await TransferAsync(target, matches, options, progress, cancellationToken).ConfigureAwait(false);
        return Embeddings.Count > 0 ? result : result with { Steps = result.Steps + embeddings.Sum(embedding => (long)embedding.Step) };
    }

    /// <summary>Tunes the target with the prompts that were found.</summary>
    private protected abstract Task<TransferResult> TransferAsync(
        TextTask target, IReadOnlyList<PromptMatch> matches, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken);

    /// <summary>The prompts that were found, with their values, in the same order.</summary>
    private protected Task<IReadOnlyList<PromptRecord>> ReadAsync(IReadOnlyList<PromptMatch> matches, CancellationToken cancellationToken) =>
        SourcePrompts.ReadAsync(Library, matches.Select(match => match.Info.Id), cancellationToken);

    private async Task<IReadOnlyList<TaskEmbedding>> EmbedAsync(TextTask target, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        TuningOptions? recipe = EmbeddingOptions ?? options;
        if (EmbeddingSeeds.Count == 0)
        {
            return [await _embedder.EmbedAsync(target, recipe, progress, cancellationToken).ConfigureAwait(false)];
        }

        List<TaskEmbedding> embeddings = [];
        foreach (long seed in EmbeddingSeeds)
        {
            TuningOptions own = (recipe ?? new TuningOptions()).Within($"seed-{seed}").Clone();
            own.Seed = seed;
            embeddings.Add(await _embedder.EmbedAsync(target, own, progress, cancellationToken).ConfigureAwait(false));
        }

        return embeddings;
    }
}
