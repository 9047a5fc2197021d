using System.Text.Json;

namespace Spot;

/// <summary>What a soft prompt looks like: what its rows are close to, how long they are and how far they moved, and which of them matter.</summary>
/// <remarks>
/// Tuned rows are free numbers: the nearest token is often no word that says anything of the task (Lester et al. 2021, §7). Immutable; safe to share between
/// threads.
/// </remarks>
public sealed record PromptReport
{
    /// <summary>The fingerprint of the backbone that the prompt belongs to.</summary>
    public required string BackboneFingerprint { get; init; }

    /// <summary>The name of the backbone; null where it is not known.</summary>
    public string? BackboneName { get; init; }

    /// <summary>The number of rows.</summary>
    public required int Length { get; init; }

    /// <summary>The width of a row.</summary>
    public required int Dim { get; init; }

    /// <summary>The mean norm of the vocabulary's embeddings, to compare the rows' with.</summary>
    public required double VocabularyNorm { get; init; }

    /// <summary>The task that rows were tried on; null for none.</summary>
    public string? Task { get; init; }

    /// <summary>The prompt's score on it, 0 … 100; null for none.</summary>
    public double? Score { get; init; }

    /// <summary>The rows in their order.</summary>
    public required IReadOnlyList<PromptRowReport> Rows { get; init; }

    /// <summary>The report as a JSON object, names in camel case; what is not known is left out.</summary>
    /// <returns>The text, indented.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, PromptReportJson.Default.PromptReport);

    /// <summary>The report as a table of plain text.</summary>
    public override string ToString() => PromptReportText.Of(this);
}
