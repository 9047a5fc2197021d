namespace Spot;

/// <summary>How likely each label of a request is.</summary>
/// <param name="Label">The most likely label, of equal ones the first; null where it is less likely than <see cref="ClassificationOptions.AbstainBelow"/>.</param>
/// <param name="Labels">All labels, in their order.</param>
/// <param name="InputTokens">The tokens of the text that were read, end of sequence included.</param>
/// <param name="CutTokens">The tokens of the text that did not fit and were not read.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record ClassificationResult(string? Label, IReadOnlyList<LabelScore> Labels, int InputTokens, int CutTokens)
{
    /// <summary>The most likely label with its numbers, also where there is no answer.</summary>
    public LabelScore Best => Labels.MaxBy(label => label.LabelSetProbability)!;

    /// <summary>The result in one line.</summary>
    /// <returns>For example <c>opinion (97.3 %)</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"{Label ?? $"no answer, perhaps {Best.Label}"} ({100 * Best.LabelSetProbability:0.0} %)");
}
