namespace Spot.Library;

/// <summary>A look at some of the index's keys.</summary>
/// <param name="Keys">The queries' keys.</param>
/// <param name="Similarity">The similarity whose keys are looked at.</param>
/// <param name="Tag">Which of them, see <see cref="IndexKey"/>.</param>
/// <param name="ComparedBy">What is compared: where starts are not known, prompts as they are.</param>
internal sealed record KeyPass(double[][] Keys, PromptSimilarity Similarity, int Tag, PromptSimilarity ComparedBy);
