namespace Spot.Transfer;

/// <summary>
/// The oracle's search by successive halving: the target is tuned from every source prompt, all beside each other, and at fixed steps the weaker runs are
/// dropped by their validation score. No task embedding is needed, so that no step is spent on one and nothing hangs on what it finds.
/// </summary>
/// <remarks>
/// The rule is <see cref="RacingRungs"/>, as for <see cref="RacingOfTopK"/>; runs that stand equal are kept in the order of their ids. With
/// <see cref="TrainingOptions.EvaluateBeforeTraining"/> most prompts are dropped before the first step. Every prompt is evaluated at least once: among very many
/// retrieve first.
/// </remarks>
/// <param name="tuner">Tunes the target, several prompts at once.</param>
/// <param name="library">Holds the source prompts; all but those of the target's own task are tried, also those without an embedding.</param>
public sealed class RacingOfAll(IPromptTuner tuner, IPromptLibrary library) : ITransferStrategy
{
    /// <inheritdoc cref="RacingOfTopK.FirstRungFraction"/>
    public double FirstRungFraction { get; init; } = RacingRungs.DefaultFirstRungFraction;

    /// <inheritdoc cref="RacingOfTopK.BudgetFraction" path="/summary"/>
    /// <value><see cref="RacingRungs.DefaultBudgetFraction"/>.</value>
    public double BudgetFraction { get; init; } = RacingRungs.DefaultBudgetFraction;

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
        return await new Race(tuner, library, FirstRungFraction, BudgetFraction)
            .RunAsync(target, [.. sources.Select(source => (source, (double?)null))], options, progress, cancellationToken).ConfigureAwait(false);
    }
}
