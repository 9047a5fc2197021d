namespace Spot.Transfer;

/// <summary>
/// Prompt tuning without transfer, the baseline. To be fair it starts from class labels, as in the paper: set
/// <see cref="TuningOptions.Initialization"/> to <see cref="PromptInitialization.ClassLabels"/> for targets that have labels.
/// </summary>
/// <param name="tuner">Tunes the target.</param>
public sealed class NoTransfer(IPromptTuner tuner) : ITransferStrategy
{
    /// <inheritdoc/>
    public async Task<TransferResult> TransferAsync(
        TextTask target,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        TuningResult result = await tuner.TuneAsync(target, options, null, progress, cancellationToken).ConfigureAwait(false);
        return TransferResult.Of([new TransferCandidate([], result)]);
    }
}
