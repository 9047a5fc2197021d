namespace Spot.Tuning;

/// <summary>Scores prompts on held-out examples of one task.</summary>
internal interface ITaskEvaluator
{
    /// <summary>Scores a prompt.</summary>
    /// <param name="prompt">The prompt; null for the bare model.</param>
    /// <param name="step">Its step, for the report.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    TuningEvaluation Evaluate(SoftPrompt? prompt, int step, CancellationToken cancellationToken);
}
