namespace Spot.Transfer;

/// <summary>
/// Targeted transfer, best of top-k (SPoT §3.3): embed the target, retrieve the k most similar source prompts, tune the target from each,
/// keep the run with the best validation score.
/// </summary>
/// <remarks>A run that diverges is no more than a poor candidate; only where all do is the transfer given up.</remarks>
/// <param name="tuner">Tunes the target.</param>
/// <param name="embedder">Embeds the target.</param>
/// <param name="library">Holds the source prompts.</param>
public sealed class BestOfTopK(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library) : TargetedTransfer(tuner, embedder, library)
{
    /// <inheritdoc/>
    protected override Task<TransferResult> TransferFromAsync(
        TextTask target, IReadOnlyList<PromptMatch> matches, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken) =>
        new CandidateRuns(Tuner, Library).RunAsync(target, matches.Select(match => (match.Info, (double?)match.Similarity)), options, progress, cancellationToken);
}
