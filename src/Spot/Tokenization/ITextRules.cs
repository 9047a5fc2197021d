namespace Spot.Tokenization;

/// <summary>How text is rewritten before it is written in pieces: rules over UTF-8, of which the one at the start of the rest applies.</summary>
internal interface ITextRules
{
    /// <summary>Finds the rule at the start of a text.</summary>
    /// <param name="utf8">Well-formed UTF-8.</param>
    /// <param name="replacement">What stands in its place: UTF-8, possibly nothing.</param>
    /// <returns>The number of bytes that the rule takes; 0 if there is none.</returns>
    int Match(ReadOnlySpan<byte> utf8, out ReadOnlySpan<byte> replacement);

    /// <summary>For each ASCII character: whether it stays as it is whenever another ASCII character, or nothing, follows.</summary>
    bool[] PlainAscii();
}
