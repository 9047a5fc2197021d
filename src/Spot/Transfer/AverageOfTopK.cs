namespace Spot.Transfer;

/// <summary>
/// Targeted transfer, top-k weighted average (SPoT §3.3): the target starts from the average of the k most similar source prompts, weighted by
/// similarity, see <see cref="PromptAverage"/>. One run instead of k. Prompts whose similarity is of another kind than the most similar one's
/// (<see cref="PromptMatch.ComparedBy"/>) have no share.
/// </summary>
/// <param name="tuner">Tunes the target.</param>
/// <param name="embedder">Embeds the target.</param>
/// <param name="library">Holds the source prompts; those that are retrieved must be equally long.</param>
public sealed class AverageOfTopK(IPromptTuner tuner, ITaskEmbedder embedder, IPromptLibrary library) : TargetedTransfer(tuner, embedder, library)
{
    /// <inheritdoc/>
    protected override async Task<TransferResult> TransferFromAsync(
        TextTask target, IReadOnlyList<PromptMatch> matches, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<PromptRecord> sources = await ReadAsync(matches, cancellationToken).ConfigureAwait(false);
        double[] similarities = [.. matches.Select(match => match.ComparedBy == matches[0].ComparedBy ? match.Similarity : 0)], weights = PromptAverage.Weights(similarities);
        SoftPrompt average = PromptAverage.Compute([.. sources.Select(source => source.Prompt)], similarities);
        string name = $"the average of {string.Join(", ", matches.Select(match => match.Info.Id))}";
        TuningOptions own = (options ?? new TuningOptions()).Labelled(new RunLabel(TuningRunKind.Prompt, name));
        TuningResult result = await Tuner.TuneAsync(target, own, average, progress, cancellationToken).ConfigureAwait(false);
        return TransferResult.Of([new TransferCandidate([.. matches.Zip(weights, (match, weight) => new TransferSource(match.Info, weight, match.Similarity))], result)]);
    }
}
