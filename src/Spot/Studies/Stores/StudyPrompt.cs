namespace Spot.Studies;

/// <summary>The kinds of prompts that a study makes and uses again.</summary>
public enum StudyPromptKind
{
    /// <summary>Source prompts with their keys.</summary>
    Source,

    /// <summary>Embeddings of targets.</summary>
    Embedding,
}

/// <summary>A prompt that a unit of work made.</summary>
/// <param name="Kind">Of which kind.</param>
/// <param name="Record">The prompt.</param>
public sealed record StudyPrompt(StudyPromptKind Kind, PromptRecord Record);
