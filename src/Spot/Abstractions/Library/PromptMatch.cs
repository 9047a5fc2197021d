namespace Spot;

/// <summary>A prompt that a search found.</summary>
/// <param name="Info">The prompt; read its values with <see cref="IPromptLibrary.GetAsync"/>.</param>
/// <param name="Similarity">Its task embedding's similarity to the query, −1 … 1.</param>
public sealed record PromptMatch(PromptInfo Info, double Similarity);
