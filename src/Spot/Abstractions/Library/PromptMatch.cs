namespace Spot;

/// <summary>A prompt that a search found.</summary>
/// <param name="Info">The prompt; read its values with <see cref="IPromptLibrary.GetAsync"/>.</param>
/// <param name="Similarity">Its task embedding's similarity to the query, −1 … 1.</param>
public sealed record PromptMatch(PromptInfo Info, double Similarity)
{
    /// <summary>
    /// What <see cref="Similarity"/> is: what was asked for or, where that is of displacements and a start is not known, the same of the prompts as
    /// they are. Numbers of the one say nothing beside numbers of the other.
    /// </summary>
    public PromptSimilarity ComparedBy { get; init; }
}
