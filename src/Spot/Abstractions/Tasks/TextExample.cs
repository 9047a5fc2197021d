using Spot.Pretraining;

namespace Spot;

/// <summary>One example of a task in text-to-text form.</summary>
/// <param name="Input">The text that the encoder reads after the soft prompt.</param>
/// <param name="Target">The text that the decoder should write, for classification one of the task's labels.</param>
public sealed record TextExample(string Input, string Target)
{
    /// <summary>All right answers, where a task has several of them (SQuAD); null for the target alone.</summary>
    /// <remarks>Empty where the target is a wrong answer that a good model does not write (the negative examples of WSC).</remarks>
    public IReadOnlyList<string>? Answers { get; init; }

    /// <summary>What examples that are scored together share: the question of MultiRC, the query of ReCoRD; null for none.</summary>
    public string? Group { get; init; }

    /// <summary>
    /// The rows of a prompt of the example's own, in place of its task's; null for none. Only model tuning reads it, in training: a task whose
    /// validation examples have such prompts is not scored.
    /// </summary>
    public IReadOnlyList<ComposedRow>? PromptRows { get; init; }
}
