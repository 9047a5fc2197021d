namespace Spot.Transfer;

/// <summary>Generic transfer (SPoT §2): every target starts from one named source prompt.</summary>
/// <param name="tuner">Tunes the target.</param>
/// <param name="library">Holds the source prompt.</param>
/// <param name="sourceId">The source prompt's id.</param>
public sealed class GenericTransfer(IPromptTuner tuner, IPromptLibrary library, string sourceId) : ITransferStrategy
{
    /// <inheritdoc/>
    public async Task<TransferResult> TransferAsync(
        TextTask target,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        PromptRecord source = await library.GetAsync(sourceId, cancellationToken).ConfigureAwait(false)
            ?? throw new SpotException($"The library has no prompt '{sourceId}' to start '{target.Name}' from. List it to see what it holds.");
        TuningOptions own = (options ?? new TuningOptions()).Labelled(new RunLabel(TuningRunKind.Prompt, sourceId));
        TuningResult result = await tuner.TuneAsync(target, own, source.Prompt, progress, cancellationToken).ConfigureAwait(false);
        return TransferResult.Of([new TransferCandidate(source.Info, null, result)]);
    }
}
