namespace Spot.Transfer;

/// <summary>
/// Targeted transfer (SPoT §3.3): embed the target, retrieve the k most similar source prompts, start from them. What is made of them is the
/// strategy's own: derive from this class and say so in <see cref="TransferFromAsync"/>.
/// </summary>
/// <remarks>
/// Strategies are safe for concurrent calls as far as their tuner, embedder and library are, which they do not dispose of. A derived one keeps no state
/// between calls.
/// </remarks>
public abstract class TargetedTransfer : ITransferStrategy
{
    private readonly ITaskEmbedder _embedder;

    /// <summary>A strategy over a tuner, an embedder and a library.</summary>
    /// <param name="tuner">Tunes the target.</param>
    /// <param name="embedder">Embeds the target.</param>
    /// <param name="library">Holds the source prompts.</param>
    protected TargetedTransfer(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library)
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
    /// <value><see cref="PromptSimilarity.AverageDisplacement"/>.</value>
    public PromptSimilarity Similarity { get; init; } = PromptSimilarity.AverageDisplacement;

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

    /// <summary>Tunes the target.</summary>
    protected IPromptTuner Tuner { get; }

    /// <summary>Holds the source prompts.</summary>
    protected IPromptLibrary Library { get; }

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

        TransferResult result = await TransferFromAsync(target, matches, options, progress, cancellationToken).ConfigureAwait(false);
        return Embeddings.Count > 0 ? result : result with { Steps = result.Steps + embeddings.Sum(embedding => (long)embedding.Step) };
    }

    /// <summary>Tunes the target with the prompts that were found.</summary>
    /// <param name="target">The target task.</param>
    /// <param name="matches">
    /// The source prompts by similarity, the most similar first: at least one and at most <see cref="K"/>, none of them against <see cref="Eligible"/> or
    /// <see cref="IncludeOwnTask"/>. Their values are not read yet, see <see cref="ReadAsync"/>.
    /// </param>
    /// <param name="options">How the target is tuned, as the caller gave it and not to be changed; null for the paper's recipe.</param>
    /// <param name="progress">Told at the start and after every step of every run; null for nobody.</param>
    /// <param name="cancellationToken">To be checked before every step, as <see cref="IPromptTuner"/> does.</param>
    /// <returns>
    /// The runs on the target, see <see cref="TransferResult.Of"/>. Its steps are those that this method spent; those of an embedding that was computed for it
    /// are added by the caller.
    /// </returns>
    protected abstract Task<TransferResult> TransferFromAsync(
        TextTask target, IReadOnlyList<PromptMatch> matches, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken);

    /// <summary>Reads the prompts that were found.</summary>
    /// <param name="matches">What was found.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    /// <returns>Their records, in the same order.</returns>
    /// <exception cref="SpotException">One was removed since it was found.</exception>
    protected Task<IReadOnlyList<PromptRecord>> ReadAsync(IReadOnlyList<PromptMatch> matches, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(matches);
        return SourcePrompts.ReadAsync(Library, matches.Select(match => match.Info.Id), cancellationToken);
    }

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
