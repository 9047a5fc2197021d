namespace Spot;

/// <summary>What <see cref="IPromptInspector.ReportAsync"/> reports of a prompt.</summary>
/// <remarks>Mutable; copied when used.</remarks>
public sealed class PromptReportOptions
{
    /// <summary>How many tokens are named for each row, at least 1.</summary>
    /// <value>5.</value>
    public int Nearest { get; set; } = 5;

    /// <summary>The prompt before its first step, of the same shape (<see cref="TaskEmbedding.Start"/>), to say how far each row moved; null where it is not known.</summary>
    /// <value>null.</value>
    public SoftPrompt? Start { get; set; }

    /// <summary>
    /// The task on which each row is tried, with all others as they are and it as it was in <see cref="Start"/>; null to try none. It costs as many
    /// evaluations as the prompt has rows, and one.
    /// </summary>
    /// <value>null.</value>
    public TextTask? Task { get; set; }

    /// <summary>The examples of the task that score; null for its validation examples.</summary>
    /// <value>null.</value>
    public IReadOnlyList<TextExample>? Examples { get; set; }

    /// <summary>How they are answered; null for the defaults.</summary>
    /// <value>null.</value>
    public EvaluationOptions? Evaluation { get; set; }
}
