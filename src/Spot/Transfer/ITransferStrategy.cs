namespace Spot.Transfer;

/// <summary>A way to tune a target task with what other tasks left in a library.</summary>
/// <remarks>Implementations work through <see cref="IPromptTuner"/>, <see cref="ITaskEmbedder"/> and <see cref="IPromptLibrary"/> alone.</remarks>
public interface ITransferStrategy
{
    /// <summary>Tunes a target task.</summary>
    /// <param name="target">The target task.</param>
    /// <param name="options">How the target is tuned; null for the paper's recipe.</param>
    /// <param name="progress">Told at the start and after every step of every run: the embedding's, the mixture's and the candidates'.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    /// <returns>The best run and all others.</returns>
    /// <exception cref="SpotException">The library has nothing to start from, or does not belong to the backbone.</exception>
    Task<TransferResult> TransferAsync(
        TextTask target,
        TuningOptions? options = null,
        IProgress<TuningProgress>? progress = null,
        CancellationToken cancellationToken = default);
}
