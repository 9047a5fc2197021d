namespace Spot;

/// <summary>A piece of a text that is being written.</summary>
/// <param name="Text">What comes behind the earlier pieces; may be empty in the last one.</param>
/// <param name="FinishReason">Why the text ends, in the last piece; null before.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record GenerationUpdate(string Text, FinishReason? FinishReason)
{
    /// <summary>The piece's text.</summary>
    /// <returns><see cref="Text"/>.</returns>
    public override string ToString() => Text;
}
