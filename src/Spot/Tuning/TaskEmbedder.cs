namespace Spot.Tuning;

/// <summary>Embeds tasks by tuning a prompt for the recipe's early, fixed number of steps.</summary>
/// <remarks>
/// Gives bit for bit the early checkpoint of a full run with the same options, as long as these do not depend on the number of steps.
/// </remarks>
/// <param name="tuner">Does the tuning.</param>
public sealed class TaskEmbedder(IPromptTuner tuner) : ITaskEmbedder
{
    /// <inheritdoc/>
    public async Task<TaskEmbedding> EmbedAsync(
        TaskMixture task,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        TuningOptions own = (options ?? new TuningOptions()).Within("embedding").Clone();
        own.Steps = own.EmbeddingStep;
        own.EvaluateEvery = Math.Max(1, own.EmbeddingStep);
        (own.EvaluateBeforeTraining, own.MaxValidationExamples) = (false, 1); // the prompt counts, not its score
        own.Label = new RunLabel(TuningRunKind.Embedding);
        TuningResult result = await tuner.TuneAsync(task, own, null, progress, cancellationToken).ConfigureAwait(false);
        return result.Embedding!;
    }
}
