namespace Spot.Transfer;

/// <summary>Generic transfer (SPoT §2): every target starts from one named source prompt.</summary>
/// <param name="tuner">Tunes the target.</param>
/// <param name="library">Holds the source prompt.</param>
/// <param name="sourceId">The source prompt's id.</param>
public sealed class GenericTransfer(IPromptTuner tuner, IPromptLibrary library, string sourceId) : ITransferStrategy
{
    /// <summary>Whether the source prompt may be of the target's own task, known by its name; otherwise that is an error.</summary>
    /// <value>false.</value>
    public bool IncludeOwnTask { get; init; }

    /// <inheritdoc/>
    public async Task<TransferResult> TransferAsync(
        TextTask target,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        PromptRecord source = await library.GetAsync(sourceId, cancellationToken).ConfigureAwait(false)
            ?? throw new SpotException($"The library has no prompt '{sourceId}' to start '{target.Name}' from. List it to see what it holds.");
        if (!IncludeOwnTask && SourceFilter.IsOwn(source.Info, target))
        {
            throw new SpotException(
                $"The prompt '{sourceId}' was tuned on '{target.Name}' itself, expected one of another task to start '{target.Name}' from. Name another prompt, or set IncludeOwnTask.");
        }

        TuningOptions own = (options ?? new TuningOptions()).Labelled(new RunLabel(TuningRunKind.Prompt, sourceId));
        TuningResult result = await tuner.TuneAsync(target, own, source.Prompt, progress, cancellationToken).ConfigureAwait(false);
        return TransferResult.Of([new TransferCandidate([new TransferSource(source.Info, 1, null)], result)]);
    }
}
