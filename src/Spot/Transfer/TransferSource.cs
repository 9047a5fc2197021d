using System.Globalization;

namespace Spot.Transfer;

/// <summary>A source prompt's part in what a run started from.</summary>
/// <param name="Info">The source prompt, as the library holds it.</param>
/// <param name="Weight">
/// Its share, 0 … 1: 1 where the run started from this prompt alone, its weight in an average; in a mixture, which takes the tasks and not the prompts,
/// the rate of its task, divided among the prompts of that task (the rest to 1 is the target's own).
/// </param>
/// <param name="Similarity">Its task embedding's similarity to the target's; null where none was computed.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record TransferSource(PromptInfo Info, double Weight, double? Similarity)
{
    /// <summary>The id in the library, and in brackets a weight other than 1 and the similarity.</summary>
    /// <returns>For example <c>mnli-0 (weight 0.35, similarity 0.91)</c>.</returns>
    public override string ToString()
    {
        string[] parts =
        [
            .. Weight == 1 ? (string[])[] : [string.Create(CultureInfo.InvariantCulture, $"weight {Weight:0.00}")],
            .. Similarity is { } similarity ? [string.Create(CultureInfo.InvariantCulture, $"similarity {similarity:0.00}")] : (string[])[],
        ];
        return parts.Length == 0 ? Info.Id : $"{Info.Id} ({string.Join(", ", parts)})";
    }
}
