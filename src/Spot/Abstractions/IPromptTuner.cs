namespace Spot;

/// <summary>Tunes soft prompts on one frozen backbone.</summary>
/// <remarks>
/// Safe for concurrent calls, which wait for each other: the backbone computes one run at a time. The work is done on a thread of its own.
/// The caller keeps the backbone; a tuner owns nothing to dispose.
/// </remarks>
public interface IPromptTuner
{
    /// <summary>Tunes a prompt on a task's training examples and keeps the checkpoint that is best on its validation examples.</summary>
    /// <param name="task">The task.</param>
    /// <param name="options">How; null for the paper's recipe.</param>
    /// <param name="start">The prompt to start from (transfer); null to initialise as the options say.</param>
    /// <param name="progress">Told after every step, on the tuning thread.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>The best and the last prompt, the task embedding, and the history.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="SpotException">The start belongs to another backbone or has another width.</exception>
    /// <exception cref="ArithmeticException">Loss or gradient became infinite or not a number.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    Task<TuningResult> TuneAsync(
        TextTask task,
        TuningOptions? options = null,
        SoftPrompt? start = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>Evaluates a prompt by greedy decoding and exact match.</summary>
    /// <param name="prompt">The prompt; null for the bare model.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="labels">The labels that count as legal outputs; empty for free-form targets.</param>
    /// <param name="options">How long inputs and free-form targets may be; null for the paper's recipe. Nothing else of them counts.</param>
    /// <param name="cancellationToken">Checked before every batch.</param>
    /// <returns>Accuracy and the share of illegal outputs; the step is 0.</returns>
    /// <exception cref="SpotException">The prompt belongs to another backbone or has another width.</exception>
    Task<TuningEvaluation> EvaluateAsync(
        SoftPrompt? prompt,
        IReadOnlyList<TextExample> examples,
        IReadOnlyList<string> labels,
        TuningOptions? options = null,
        CancellationToken cancellationToken = default);
}
