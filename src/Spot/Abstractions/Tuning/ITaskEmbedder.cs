namespace Spot;

/// <summary>Computes task embeddings: a prompt tuned for an early, fixed number of steps (SPoT §3.1).</summary>
/// <remarks>Safe for concurrent calls.</remarks>
public interface ITaskEmbedder
{
    /// <summary>Embeds a task.</summary>
    /// <param name="task">The task, or a mixture of tasks.</param>
    /// <param name="options">
    /// The recipe of the library's keys: the run stops at its <see cref="TuningOptions.EmbeddingStep"/>. Null for the paper's.
    /// </param>
    /// <param name="progress">Told at the start and after every step.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>The embedding, with the start of its run.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    Task<TaskEmbedding> EmbedAsync(
        TaskMixture task,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default);
}
