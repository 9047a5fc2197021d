namespace Spot.Tuning;

/// <summary>Scores prompts on held-out examples of one task.</summary>
internal interface ITaskEvaluator
{
    /// <summary>Scores a prompt.</summary>
    /// <param name="prompt">The prompt; null for the bare model.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    PromptEvaluation Evaluate(SoftPrompt? prompt, CancellationToken cancellationToken);
}
