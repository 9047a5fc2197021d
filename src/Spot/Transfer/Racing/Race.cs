namespace Spot.Transfer;

/// <summary>Runs from several source prompts beside each other, of which the weaker are dropped on the way by the rule of <see cref="RacingRungs"/>.</summary>
/// <param name="tuner">Tunes the target, several prompts at once.</param>
/// <param name="library">Holds the source prompts.</param>
/// <param name="firstRungFraction">The share of the steps before the first rung.</param>
/// <param name="budgetFraction">The share of the steps of all runs that the race may take.</param>
internal sealed class Race(IPromptTuner tuner, IPromptLibrary library, double firstRungFraction, double budgetFraction)
{
    /// <param name="target">The target task.</param>
    /// <param name="sources">The prompts to start from and how similar they are, the preferred first.</param>
    /// <param name="options">How the target is tuned; null for the paper's recipe.</param>
    /// <param name="progress">Told after every step of every run.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    public async Task<TransferResult> RunAsync(
        TextTask target, IReadOnlyList<(PromptInfo Info, double? Similarity)> sources, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        TuningOptions own = options?.Clone() ?? new TuningOptions();
        own.StartNames = [.. sources.Select(source => source.Info.Id)];
        IReadOnlyList<TuningRung> rungs = RacingRungs.Create(sources.Count, own, firstRungFraction, budgetFraction);
        IReadOnlyList<PromptRecord> records = await SourcePrompts.ReadAsync(library, sources.Select(source => source.Info.Id), cancellationToken).ConfigureAwait(false);
        IReadOnlyList<TuningResult> results = await tuner.TuneManyAsync(
            target, [.. records.Select(record => record.Prompt)], own, rungs, progress, cancellationToken).ConfigureAwait(false);
        return TransferResult.Of([.. sources.Zip(results, (source, result) => new TransferCandidate([new TransferSource(source.Info, 1, source.Similarity)], result))]);
    }
}
