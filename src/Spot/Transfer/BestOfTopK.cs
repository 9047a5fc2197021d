namespace Spot.Transfer;

/// <summary>
/// Targeted transfer, best of top-k (SPoT §3.3): embed the target, retrieve the k most similar source prompts, tune the target from each,
/// keep the run with the best validation score.
/// </summary>
/// <param name="tuner">Tunes the target.</param>
/// <param name="embedder">Embeds the target.</param>
/// <param name="library">Holds the source prompts.</param>
public sealed class BestOfTopK(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library) : TargetedTransfer(tuner, embedder, library)
{
    private protected override async Task<TransferResult> TransferAsync(
        TextTask target, IReadOnlyList<PromptMatch> matches, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        List<TransferCandidate> candidates = [];
        foreach (PromptMatch match in matches)
        {
            IReadOnlyList<PromptRecord> source = await ReadAsync([match], cancellationToken).ConfigureAwait(false);
            TuningResult result = await Tuner.TuneAsync(target, options?.Within(match.Info.Id), source[0].Prompt, progress, cancellationToken).ConfigureAwait(false);
            candidates.Add(new TransferCandidate(match.Info, match.Similarity, result));
        }

        return TransferResult.Of(candidates);
    }
}
