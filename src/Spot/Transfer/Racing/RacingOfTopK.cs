namespace Spot.Transfer;

/// <summary>
/// Best of top-k by successive halving: the k runs go on beside each other, and at fixed steps the weaker ones are dropped by their validation
/// score, so that most steps go to the runs that promise most.
/// </summary>
/// <remarks>
/// The rule is <see cref="RacingRungs"/>: it depends on k and the options alone, and all chance of the runs is their seed's. Runs that stand equal
/// are kept in the order of similarity. What the winner is tuned to is what a run from its source alone gives, up to the rounding of larger products.
/// </remarks>
/// <param name="tuner">Tunes the target, several prompts at once.</param>
/// <param name="embedder">Embeds the target.</param>
/// <param name="library">Holds the source prompts.</param>
public sealed class RacingOfTopK(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library) : TargetedTransfer(tuner, embedder, library)
{
    /// <summary>The share of the steps after which runs are dropped for the first time, above 0 and below 1.</summary>
    /// <value><see cref="RacingRungs.DefaultFirstRungFraction"/>.</value>
    public double FirstRungFraction { get; init; } = RacingRungs.DefaultFirstRungFraction;

    /// <summary>The share of the steps of all runs that the race may take, above 0 and at most 1; one run to the end is what it takes at least.</summary>
    /// <value><see cref="RacingRungs.DefaultBudgetFractionOfTopK"/>.</value>
    public double BudgetFraction { get; init; } = RacingRungs.DefaultBudgetFractionOfTopK;

    /// <inheritdoc/>
    protected override Task<TransferResult> TransferFromAsync(
        TextTask target, IReadOnlyList<PromptMatch> matches, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken) =>
        new Race(Tuner, Library, FirstRungFraction, BudgetFraction)
            .RunAsync(target, [.. matches.Select(match => (match.Info, (double?)match.Similarity))], options, progress, cancellationToken);
}
