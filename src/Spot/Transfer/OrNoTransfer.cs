namespace Spot.Transfer;

/// <summary>
/// A transfer that has to prove itself: the target is tuned by a strategy and without transfer too, and the run with the best validation score counts. This
/// is not in the paper, whose libraries hold relatives of every target. From a library that holds none even the most similar prompt can harm.
/// </summary>
/// <remarks>
/// It costs one run more. The run without transfer is fair where it starts from class labels, as <see cref="NoTransfer"/> says; its
/// <see cref="TrainingOptions.RunFolder"/> is the subfolder <c>no-transfer</c>. Where one of the two diverges the other counts. Safe for concurrent calls as
/// far as the strategy and the tuner are.
/// </remarks>
public sealed class OrNoTransfer : ITransferStrategy
{
    private readonly IPromptTuner _tuner;

    /// <summary>A strategy, and no transfer.</summary>
    /// <param name="strategy">How the target is tuned with transfer.</param>
    /// <param name="tuner">Tunes the target without.</param>
    public OrNoTransfer(ITransferStrategy strategy, IPromptTuner tuner)
    {
        ArgumentNullException.ThrowIfNull(strategy);
        ArgumentNullException.ThrowIfNull(tuner);
        (Strategy, _tuner) = (strategy, tuner);
    }

    /// <summary>How the target is tuned with transfer.</summary>
    public ITransferStrategy Strategy { get; }

    /// <inheritdoc/>
    /// <returns>The runs of the strategy, then the run without transfer, which has no sources. Of equal scores the strategy's counts.</returns>
    /// <exception cref="TuningDivergedException">Both diverged; this is the strategy's.</exception>
    public async Task<TransferResult> TransferAsync(
        TextTask target,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        TransferResult? transfer = null;
        TuningDivergedException? diverged = null;
        try
        {
            transfer = await Strategy.TransferAsync(target, options, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (TuningDivergedException exception)
        {
            diverged = exception;
        }

        TuningResult? scratch;
        try
        {
            scratch = await _tuner.TuneAsync(target, options?.Within("no-transfer"), null, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (TuningDivergedException exception)
        {
            scratch = exception.Result is { } result ? result with { Divergence = exception } : null;
        }

        if (scratch is null or { Divergence: not null } && transfer is null)
        {
            throw diverged!;
        }

        TransferCandidate[] without = scratch is null ? [] : [new TransferCandidate([], scratch)];
        TransferCandidate best = TransferResult.Of(transfer is null ? without : [transfer.Best, .. without]).Best;
        long steps = (transfer?.Steps ?? diverged?.Result?.Losses.Count ?? 0) + (scratch?.Losses.Count ?? 0);
        return new TransferResult(best, [.. transfer?.Candidates ?? [], .. without]) { Steps = steps };
    }
}
