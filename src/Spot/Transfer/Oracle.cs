namespace Spot.Transfer;

/// <summary>
/// The whole search: the target is tuned from every source prompt and the best run is kept, by its validation score. The most that choosing a
/// source prompt can give, and what retrieval is measured against (SPoT §3.3).
/// </summary>
/// <remarks>A run that diverges is no more than a poor candidate; only where all do is the search given up.</remarks>
/// <param name="tuner">Tunes the target.</param>
/// <param name="library">Holds the source prompts; all but those of the target's own task are tried, in the order of their ids, also those without an embedding.</param>
public sealed class Oracle(IPromptTuner tuner, IPromptLibrary library) : ITransferStrategy
{
    /// <summary>Which source prompts may be used; null for all.</summary>
    /// <value>null.</value>
    public Func<PromptInfo, bool>? Eligible { get; init; }

    /// <inheritdoc cref="TargetedTransfer.IncludeOwnTask"/>
    public bool IncludeOwnTask { get; init; }

    /// <inheritdoc/>
    public async Task<TransferResult> TransferAsync(
        TextTask target,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        PromptInfo[] sources = await SourcePrompts.ListAsync(library, new SourceFilter(target, Eligible, IncludeOwnTask), cancellationToken).ConfigureAwait(false);
        return await new CandidateRuns(tuner, library).RunAsync(target, sources.Select(source => (source, (double?)null)), options, progress, cancellationToken).ConfigureAwait(false);
    }
}
