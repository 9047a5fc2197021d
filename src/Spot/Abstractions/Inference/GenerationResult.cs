namespace Spot;

/// <summary>What was written to a request.</summary>
/// <param name="Outputs">The answers: one, or as many as samples were asked for, beams the best first.</param>
/// <param name="InputTokens">The tokens of the text that were read, end of sequence included.</param>
/// <param name="CutTokens">The tokens of the text that did not fit and were not read.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record GenerationResult(IReadOnlyList<GeneratedText> Outputs, int InputTokens, int CutTokens)
{
    /// <summary>The first answer.</summary>
    public string Text => Outputs[0].Text;

    /// <summary>The first answer.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
