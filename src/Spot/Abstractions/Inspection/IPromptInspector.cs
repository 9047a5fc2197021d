namespace Spot;

/// <summary>Looks into soft prompts of one frozen backbone.</summary>
/// <remarks>
/// Safe for concurrent calls, which take turns on the backbone. The work is done on threads of its own. The caller keeps the backbone; an inspector owns
/// nothing to dispose.
/// </remarks>
public interface IPromptInspector
{
    /// <summary>What a prompt's rows are close to, how far they moved, and which of them matter.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="options">What is reported; null for the nearest tokens alone.</param>
    /// <param name="cancellationToken">Checked between the rows that are tried, and in evaluations.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">An option is out of range, the start has another shape, or a task is given without a start.</exception>
    /// <exception cref="SpotException">Prompt or start belong to another backbone or have another width.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<PromptReport> ReportAsync(SoftPrompt prompt, PromptReportOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Which neurons of the decoder's feed-forward layers a prompt activates when it alone is given: in front of the empty text, at the decoder's first
    /// position, a neuron whose input to ReLU or GELU, of gated layers to the gate, is above 0 (Su et al. 2022, §6.1).
    /// </summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="cancellationToken">Cancels before it begins.</param>
    /// <returns>The neurons, to be compared with those of other prompts of the same backbone.</returns>
    /// <exception cref="SpotException">The prompt belongs to another backbone or has another width.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    Task<ActivatedNeurons> ActivatedNeuronsAsync(SoftPrompt prompt, CancellationToken cancellationToken = default);
}
