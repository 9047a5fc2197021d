namespace Spot;

/// <summary>How likely some answers to a request are.</summary>
/// <param name="Targets">The answers, in the order given.</param>
/// <param name="InputTokens">The tokens of the text that were read, end of sequence included.</param>
/// <param name="CutTokens">The tokens of the text that did not fit and were not read.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record ScoringResult(IReadOnlyList<TargetScore> Targets, int InputTokens, int CutTokens);
