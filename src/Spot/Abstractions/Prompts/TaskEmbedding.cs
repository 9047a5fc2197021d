namespace Spot;

/// <summary>
/// The embedding of a task: its soft prompt after an early, fixed number of tuning steps (SPoT §3.1; 10,000 steps in the paper).
/// </summary>
/// <param name="Task">The task's name.</param>
/// <param name="Prompt">The prompt at that step.</param>
/// <param name="Step">The number of steps. Embeddings are comparable only when it is the same, as fixed steps are what makes them so.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record TaskEmbedding(string Task, SoftPrompt Prompt, int Step)
{
    /// <summary>
    /// What the prompt was before its first step, of the same shape and backbone; null where that is not known. A tuner always says. The difference of
    /// the two, the displacement, is what the task did: a prompt of few steps is for the most part its start.
    /// </summary>
    public SoftPrompt? Start { get; init; }
}
