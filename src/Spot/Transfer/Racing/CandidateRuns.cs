namespace Spot.Transfer;

/// <summary>Runs from several source prompts one after another. One that diverges is a candidate with what it gave until then; the others go on.</summary>
/// <param name="tuner">Tunes the target.</param>
/// <param name="library">Holds the source prompts.</param>
internal sealed class CandidateRuns(IPromptTuner tuner, IPromptLibrary library)
{
    /// <param name="target">The target task.</param>
    /// <param name="sources">The prompts to start from and how similar they are, the preferred first.</param>
    /// <param name="options">How the target is tuned; null for the paper's recipe. Every run has a folder of its own, named by the prompt's id.</param>
    /// <param name="progress">Told at the start and after every step of every run.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <exception cref="TuningDivergedException">Every run diverged; this is the first one's.</exception>
    public async Task<TransferResult> RunAsync(
        TextTask target, IEnumerable<(PromptInfo Info, double? Similarity)> sources, TuningOptions? options, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        List<TransferCandidate> candidates = [];
        (PromptInfo, double?)[] all = [.. sources];
        foreach ((PromptInfo info, double? similarity) in all)
        {
            SoftPrompt start = (await SourcePrompts.ReadAsync(library, [info.Id], cancellationToken).ConfigureAwait(false))[0].Prompt;
            TuningOptions own = (options?.Within(info.Id) ?? new TuningOptions()).Labelled(new RunLabel(TuningRunKind.Candidate, info.Id, candidates.Count + 1, all.Length));
            TuningResult result;
            try
            {
                result = await tuner.TuneAsync(target, own, start, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (TuningDivergedException exception) when (exception.Result is not null)
            {
                result = exception.Result with { Divergence = exception };
            }

            candidates.Add(new TransferCandidate([new TransferSource(info, 1, similarity)], result));
        }

        return candidates.TrueForAll(candidate => candidate.Result.Divergence is not null)
            ? throw candidates[0].Result.Divergence!
            : TransferResult.Of(candidates);
    }
}
