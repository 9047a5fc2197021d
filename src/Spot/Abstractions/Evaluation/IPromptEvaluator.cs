using System.Runtime.CompilerServices;

namespace Spot;

/// <summary>Evaluates soft prompts, or the bare model, on examples of a task.</summary>
/// <remarks>
/// Safe for concurrent calls, which take turns on the backbone: between the batches of an evaluation others compute. The work is done on threads of its own.
/// The caller keeps the backbone; an evaluator owns nothing to dispose.
/// </remarks>
public interface IPromptEvaluator
{
    /// <summary>Evaluates a prompt on examples of a task by its metrics.</summary>
    /// <param name="prompt">The prompt; null for the bare model.</param>
    /// <param name="task">The task, whose labels and metrics count.</param>
    /// <param name="examples">The examples, at least one; null for the task's validation examples.</param>
    /// <param name="options">How examples are answered; null for the paper's recipe. <see cref="TrainingOptions.ToEvaluationOptions"/> gives a run's own.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    /// <returns>The scores, and what was answered to each example.</returns>
    /// <exception cref="ArgumentException">There is no example, or an option is out of range.</exception>
    /// <exception cref="SpotException">The prompt belongs to another backbone or has another width.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    [OverloadResolutionPriority(1)] // so that null means the bare model
    Task<PromptEvaluation> EvaluateAsync(
        SoftPrompt? prompt,
        TextTask task,
        IReadOnlyList<TextExample>? examples = null,
        EvaluationOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Evaluates several prompts and their majority vote on the same examples, in batches that mix the prompts.</summary>
    /// <param name="prompts">The prompts, at least one; their lengths may differ.</param>
    /// <param name="task">The task, whose labels and metrics count.</param>
    /// <param name="examples">The examples, at least one; null for the task's validation examples.</param>
    /// <param name="options">As for one prompt.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    /// <returns>What evaluating each prompt by itself gives, and the evaluation of the vote.</returns>
    /// <exception cref="ArgumentException">There is no prompt or no example, or an option is out of range.</exception>
    /// <exception cref="SpotException">A prompt belongs to another backbone or has another width.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    Task<EnsembleEvaluation> EvaluateAsync(
        IReadOnlyList<SoftPrompt> prompts,
        TextTask task,
        IReadOnlyList<TextExample>? examples = null,
        EvaluationOptions? options = null,
        CancellationToken cancellationToken = default);
}
