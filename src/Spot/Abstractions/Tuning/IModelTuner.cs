namespace Spot;

/// <summary>
/// Tunes all weights of a T5 on a task (model tuning) or on several at once (multi-task model tuning): the baselines that SPoT compares with.
/// The backbone itself stays as it is.
/// </summary>
/// <remarks>Safe for concurrent calls, which take turns on the backbone step by step. The caller keeps the backbone; a tuner owns nothing to dispose.</remarks>
public interface IModelTuner
{
    /// <summary>Tunes a copy of the model and writes its best checkpoint.</summary>
    /// <remarks>Needs memory for three to four copies of the weights in float32: weights, gradient, best checkpoint, and moments with AdamW two more.</remarks>
    /// <param name="task">The task, or a mixture of tasks.</param>
    /// <param name="outputFolder">The folder for the best checkpoint, as a model hub holds it; must not exist or be empty.</param>
    /// <param name="options">How; null for T5's own recipe.</param>
    /// <param name="progress">Told at the start and after every step, on the tuning thread.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>Where the best checkpoint is, and the history.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="SpotException">
    /// The checkpoint in the run's folder is of another run, or the backbone is in bfloat16 and its folder holds other weights than when it was loaded.
    /// </exception>
    /// <exception cref="IOException">A folder cannot be written, or the output folder is not empty.</exception>
    /// <exception cref="InvalidDataException">The checkpoint in the run's folder is damaged.</exception>
    /// <exception cref="TuningDivergedException">
    /// Loss, gradient or a weight became infinite or not a number. The best checkpoint so far, if one was evaluated, is in the output folder.
    /// </exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    Task<ModelTuningResult> TuneAsync(
        TaskMixture task,
        string outputFolder,
        ModelTuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default);
}
