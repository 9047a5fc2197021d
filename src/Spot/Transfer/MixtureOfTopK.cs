namespace Spot.Transfer;

/// <summary>
/// Targeted transfer, top-k multi-task mixture (SPoT §3.3): a prompt is tuned on the tasks of the k most similar source prompts and the target
/// together, each in proportion to its examples, and the target starts from that run's last checkpoint.
/// </summary>
/// <param name="tuner">Tunes the mixture and the target.</param>
/// <param name="embedder">Embeds the target.</param>
/// <param name="library">Holds the source prompts.</param>
/// <param name="tasks">The task of a source prompt, as it was tuned on; null where it is not to be had.</param>
public sealed class MixtureOfTopK(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library, Func<PromptInfo, TextTask?> tasks)
    : TargetedTransfer(tuner, embedder, library)
{
    /// <summary>
    /// How the prompt is tuned on the mixture, from scratch; null to use the options of the transfer. It is evaluated at its end alone, whatever they
    /// say, unless it may end early by <see cref="TrainingOptions.Patience"/>: the last checkpoint counts.
    /// </summary>
    /// <value>null.</value>
    public TuningOptions? MixtureOptions { get; init; }

    /// <inheritdoc/>
    protected override async Task<TransferResult> TransferFromAsync(
        TextTask target, IReadOnlyList<PromptMatch> matches, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        (TaskMixture mixture, TransferSource[] sources) = Mix(target, matches);
        TuningOptions recipe = Unwatched(MixtureOptions ?? options?.Within("mixture") ?? new TuningOptions());
        TuningResult mixed = await Tuner.TuneAsync(mixture, recipe, null, progress, cancellationToken).ConfigureAwait(false);
        TuningOptions own = (options?.Within("target") ?? new TuningOptions()).Labelled(new RunLabel(TuningRunKind.Prompt, $"the mixture {mixture.Name}"));
        TuningResult result = await Tuner.TuneAsync(target, own, mixed.Final, progress, cancellationToken).ConfigureAwait(false);
        TransferResult transfer = TransferResult.Of([new TransferCandidate(sources, result)]);
        return transfer with { Steps = transfer.Steps + mixed.Losses.Count };
    }

    // The final checkpoint counts, so evaluations on the way would decide nothing but when a run with patience ends.
    private static TuningOptions Unwatched(TuningOptions options)
    {
        TuningOptions own = options.Clone();
        if (own.Patience is null)
        {
            (own.EvaluateEvery, own.EvaluateBeforeTraining) = (own.Steps, false);
        }

        return own;
    }

    // Several prompts of one task bring its examples once, and the target is there once.
    private (TaskMixture Mixture, TransferSource[] Sources) Mix(TextTask target, IReadOnlyList<PromptMatch> matches)
    {
        TextTask[] ofMatches = [.. matches.Select(match => SourceFilter.IsOwn(match.Info, target) ? target : TaskOf(match.Info, target))];
        TextTask[] mixed = [.. ofMatches.Where(task => task.Name != target.Name).DistinctBy(task => task.Name), target];
        TaskMixture mixture = new(string.Join('+', mixed.Select(task => task.Name)), [.. mixed.Select(MixtureTask.FromTextTask)]);
        Dictionary<string, double> shares = mixed.Zip(mixture.Rates).ToDictionary(
            pair => pair.First.Name, pair => pair.Second / Math.Max(1, ofMatches.Count(task => task.Name == pair.First.Name)), StringComparer.Ordinal);
        return (mixture, [.. matches.Zip(ofMatches, (match, task) => new TransferSource(match.Info, shares[task.Name], match.Similarity))]);
    }

    private TextTask TaskOf(PromptInfo source, TextTask target) => tasks(source) ?? throw new SpotException(
        $"Found no task '{source.Task}' of the source prompt '{source.Id}', whose examples the mixture for '{target.Name}' needs. Supply it, or leave the prompt out (Eligible).");
}
