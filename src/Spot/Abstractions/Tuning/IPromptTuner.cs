namespace Spot;

/// <summary>Tunes soft prompts on one frozen backbone.</summary>
/// <remarks>
/// Safe for concurrent calls, which take turns on the backbone: between the steps of a run others compute. The work is done on threads of its own.
/// The caller keeps the backbone; a tuner owns nothing to dispose.
/// </remarks>
public interface IPromptTuner
{
    /// <summary>Tunes a prompt on a task's training examples and keeps the checkpoint that is best on its validation examples.</summary>
    /// <param name="task">The task, or a mixture of tasks.</param>
    /// <param name="options">How; null for the paper's recipe.</param>
    /// <param name="start">The prompt to start from (transfer); null to initialise as the options say.</param>
    /// <param name="progress">Told at the start and after every step, on the tuning thread.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>The best and the last prompt, the task embedding, and the history.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="SpotException">
    /// The start belongs to another backbone or has another width, or the checkpoint in the run's folder is of another run; the message names what differs.
    /// </exception>
    /// <exception cref="TuningDivergedException">
    /// Loss, gradient or prompt became infinite or not a number; it carries the last good prompt, and the best one that was evaluated.
    /// </exception>
    /// <exception cref="IOException">The run's folder cannot be written, or is in use by another run.</exception>
    /// <exception cref="InvalidDataException">The checkpoint in the run's folder is damaged.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    Task<TuningResult> TuneAsync(
        TaskMixture task,
        TuningOptions? options = null,
        SoftPrompt? start = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>Tunes several prompts on one task over the same batches, each as <see cref="TuneAsync"/> would up to the rounding of larger products.</summary>
    /// <param name="task">The task, or a mixture of tasks.</param>
    /// <param name="starts">The prompts to start from, at least one, the preferred first; their lengths may differ.</param>
    /// <param name="options">
    /// How; null for the paper's recipe. A forward pass has <see cref="TrainingOptions.MicroBatchSize"/> examples for each prompt in it. In
    /// <see cref="TrainingOptions.RunFolder"/> every start gets a run folder of its own, named by its place from 0.
    /// </param>
    /// <param name="rungs">
    /// After which steps only the best go on, by their best validation score so far, the earlier start of equals: successive halving. Null to run
    /// all to the end.
    /// </param>
    /// <param name="progress">Told at the start and after every step of every run, on the tuning thread.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>
    /// The results in the order of the starts. A run that was dropped ends at its rung; its losses tell how many steps it took. A run that diverged ends
    /// there, and says so (<see cref="TuningResult.Divergence"/>); the others go on.
    /// </returns>
    /// <exception cref="ArgumentException">There is no start, or an option or rung is out of range.</exception>
    /// <exception cref="SpotException">A start belongs to another backbone or has another width, or a checkpoint is of another run.</exception>
    /// <exception cref="TuningDivergedException">All runs that went on diverged; this is the first one's.</exception>
    /// <exception cref="IOException">A run's folder cannot be written, or is in use by another run.</exception>
    /// <exception cref="InvalidDataException">The checkpoint in a run's folder is damaged.</exception>
    /// <exception cref="OperationCanceledException">The runs were cancelled.</exception>
    Task<IReadOnlyList<TuningResult>> TuneManyAsync(
        TaskMixture task,
        IReadOnlyList<SoftPrompt> starts,
        TuningOptions? options = null,
        IReadOnlyList<TuningRung>? rungs = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// What <see cref="TuneAsync"/> with the same arguments would take: steps, time, memory, bytes on disk. Computes a pass over the longest examples, an
    /// evaluation of a few and up to six steps, of which the first does not count, and leaves nothing behind.
    /// </summary>
    /// <param name="task">The task, or a mixture of tasks.</param>
    /// <param name="options">How; null for the paper's recipe. Their <see cref="TrainingOptions.RunFolder"/> is neither read nor made.</param>
    /// <param name="start">The prompt to start from (transfer); null to initialise as the options say.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>The estimate.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="SpotException">The start belongs to another backbone or has another width.</exception>
    /// <exception cref="TuningDivergedException">The first steps diverged.</exception>
    /// <exception cref="OperationCanceledException">The trial was cancelled.</exception>
    Task<TuningEstimate> EstimateAsync(
        TaskMixture task, TuningOptions? options = null, SoftPrompt? start = null, CancellationToken cancellationToken = default);
}
