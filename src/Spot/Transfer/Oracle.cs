namespace Spot.Transfer;

/// <summary>
/// The whole search: the target is tuned from every source prompt and the best run is kept, by its validation score. The most that choosing a
/// source prompt can give, and what retrieval is measured against (SPoT §3.3).
/// </summary>
/// <param name="tuner">Tunes the target.</param>
/// <param name="library">Holds the source prompts; all are tried, in the order of their ids, also those without an embedding.</param>
public sealed class Oracle(IPromptTuner tuner, IPromptLibrary library) : ITransferStrategy
{
    /// <summary>Which source prompts may be used; null for all.</summary>
    /// <value>null.</value>
    public Func<PromptInfo, bool>? Eligible { get; init; }

    /// <inheritdoc/>
    public async Task<TransferResult> TransferAsync(
        TextTask target,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        List<TransferCandidate> candidates = [];
        foreach (PromptInfo info in await SourcePrompts.ListAsync(library, Eligible, target, cancellationToken).ConfigureAwait(false))
        {
            TransferResult one = await new GenericTransfer(tuner, library, info.Id)
                .TransferAsync(target, options?.Within(info.Id), progress, cancellationToken).ConfigureAwait(false);
            candidates.Add(one.Best);
        }

        return TransferResult.Of(candidates);
    }
}
