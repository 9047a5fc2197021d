namespace Spot;

/// <summary>A text to answer, and the soft prompt that it stands behind: one of the library, one given, or none.</summary>
/// <param name="Text">The text, not empty.</param>
/// <param name="PromptId">The id of a prompt in the library; null for <see cref="Prompt"/>, or for the bare model where that is null too.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record PromptRequest(string Text, string? PromptId = null)
{
    /// <summary>A prompt itself, instead of <see cref="PromptId"/>.</summary>
    public SoftPrompt? Prompt { get; init; }

    /// <summary>The labels to choose among, at least two; null for those of the prompt's task, in its order.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>The text is cut to this many tokens, end of sequence included; at least 1. Null for the length that the prompt was tuned with, or else 512.</summary>
    public int? MaxInputTokens { get; init; }

    /// <summary>After this time from the call a request that has no answer ends with <see cref="TimeoutException"/>; above zero. Null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }
}
