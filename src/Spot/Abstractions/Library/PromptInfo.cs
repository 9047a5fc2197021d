namespace Spot;

/// <summary>What a prompt library says of a prompt without reading its values.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record PromptInfo
{
    /// <summary>The prompt's name in its library: 1 to 100 of the characters A–Z a–z 0–9 <c>. _ -</c>, unique without regard to case.</summary>
    public required string Id { get; init; }

    /// <summary>The name of the task that the prompt was tuned on.</summary>
    public required string Task { get; init; }

    /// <summary>What kind of task it is, if known.</summary>
    public string? Family { get; init; }

    /// <summary>The fingerprint of the backbone that the prompt belongs to.</summary>
    public required string BackboneFingerprint { get; init; }

    /// <summary>The name of that backbone, if known: for people, nothing depends on it.</summary>
    public string? BackboneName { get; init; }

    /// <summary>The number of rows.</summary>
    public required int Length { get; init; }

    /// <summary>The width of a row.</summary>
    public required int Dim { get; init; }

    /// <summary>The step at which the task embedding was taken; null where the record holds none and cannot be found by search.</summary>
    public int? EmbeddingStep { get; init; }

    /// <summary>The step at which the prompt was best, if known.</summary>
    public int? Step { get; init; }

    /// <summary>The seed of the run, if known.</summary>
    public long? Seed { get; init; }

    /// <summary>The options of the run by name, numbers in invariant form; empty where they are not known.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Validation metrics of the prompt, 0 … 100 by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The ids of the prompts that this one started from; empty for one learned from scratch.</summary>
    public IReadOnlyList<string> Lineage { get; init; } = [];

    /// <summary>The labels of the prompt's task, in its order: what it answers by classification. Empty for free-form answers, or where they are not known.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>How many tokens of an input the prompt was tuned with at most, end of sequence included; null where it is not known.</summary>
    public int? MaxInputLength { get; init; }

    /// <summary>How many tokens of a target the prompt was tuned with at most, end of sequence included; null where it is not known.</summary>
    public int? MaxTargetLength { get; init; }

    /// <summary>How its validation examples were answered; null where it is not known.</summary>
    public EvaluationMethod? EvaluationMethod { get; init; }

    /// <summary>
    /// What the scores of <see cref="Labels"/> are divided by before they become probabilities, above 0, fitted on validation examples to the scores as
    /// <see cref="EvaluationMethod"/> compares them: per token or whole. Null where none was fitted.
    /// </summary>
    /// <remarks>A run that ranks fits it; for another one an evaluation that ranks does: <see cref="PromptEvaluation.CalibrationTemperature"/>.</remarks>
    public double? CalibrationTemperature { get; init; }

    /// <summary>When the prompt was made.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The licence under which the prompt may be used, and of the data it was learned from, if known.</summary>
    public string? License { get; init; }

    /// <summary>Free text.</summary>
    public string? Note { get; init; }
}
