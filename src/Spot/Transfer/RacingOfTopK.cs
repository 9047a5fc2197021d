namespace Spot.Transfer;

/// <summary>
/// Best of top-k by successive halving: the k runs go on beside each other, and at fixed steps the weaker ones are dropped by their validation
/// score, so that most steps go to the runs that promise most.
/// </summary>
/// <remarks>
/// The rule is <see cref="TransferRounds"/>: it depends on k and the options alone, and all chance of the runs is their seed's. Runs that stand equal
/// are kept in the order of similarity. What the winner is tuned to is what a run from its source alone gives, up to the rounding of larger products.
/// </remarks>
/// <param name="tuner">Tunes the target, several prompts at once.</param>
/// <param name="embedder">Embeds the target.</param>
/// <param name="library">Holds the source prompts.</param>
public sealed class RacingOfTopK(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library) : TargetedTransfer(tuner, embedder, library)
{
    /// <summary>The share of the steps after which runs are dropped for the first time, above 0 and below 1.</summary>
    /// <value><see cref="TransferRounds.DefaultFirst"/>.</value>
    public double First { get; init; } = TransferRounds.DefaultFirst;

    /// <summary>One of so many runs goes on at each round, and the next round is after so many times the steps; above 1.</summary>
    /// <value><see cref="TransferRounds.DefaultReduction"/>.</value>
    public double Reduction { get; init; } = TransferRounds.DefaultReduction;

    private protected override Task<TransferResult> TransferAsync(
        TextTask target, IReadOnlyList<PromptMatch> matches, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken) =>
        new Race(Tuner, Library, First, Reduction)
            .RunAsync(target, [.. matches.Select(match => (match.Info, (double?)match.Similarity))], options, progress, cancellationToken);
}
