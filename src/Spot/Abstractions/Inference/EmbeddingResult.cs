namespace Spot;

/// <summary>The embedding of a text.</summary>
/// <param name="Values">As many numbers as the backbone is wide.</param>
/// <param name="InputTokens">The tokens of the text that were read, end of sequence included.</param>
/// <param name="CutTokens">The tokens of the text that did not fit and were not read.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record EmbeddingResult(ReadOnlyMemory<float> Values, int InputTokens, int CutTokens);
