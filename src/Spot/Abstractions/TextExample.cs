namespace Spot;

/// <summary>One example of a task in text-to-text form.</summary>
/// <param name="Input">The text that the encoder reads after the soft prompt.</param>
/// <param name="Target">The text that the decoder should write, for classification one of the task's labels.</param>
public sealed record TextExample(string Input, string Target);
