using System.ComponentModel;

namespace Spot.AspNetCore;

/// <summary>Answers, in the order of the texts.</summary>
internal sealed record Answers<T>([property: Description("In the order of the texts.")] IReadOnlyList<T> Results);

/// <summary>A text that was written.</summary>
internal sealed record WrittenText(string Text, string FinishReason, int Tokens, double? Score, IReadOnlyList<double>? TokenLogProbabilities)
{
    public static WrittenText Of(GeneratedText text) => new(
        text.Text, FinishReasons.Name(text.FinishReason), text.TokenIds.Count, text.Score, text.TokenLogProbabilities is { Count: > 0 } own ? own : null);
}

/// <summary>What was written to a text.</summary>
internal sealed record GenerationAnswer(IReadOnlyList<WrittenText> Outputs, int InputTokens, int CutTokens)
{
    public static GenerationAnswer Of(GenerationResult result) => new([.. result.Outputs.Select(WrittenText.Of)], result.InputTokens, result.CutTokens);
}

/// <summary>A piece of a text, an event of a stream.</summary>
internal sealed record TextPiece(string Text, string? FinishReason);

/// <summary>How likely each label is.</summary>
internal sealed record ClassificationAnswer(
    [property: Description("Missing where the best label is less likely than abstainBelow.")] string? Label, IReadOnlyList<LabelScore> Labels, int InputTokens, int CutTokens)
{
    public static ClassificationAnswer Of(ClassificationResult result) => new(result.Label, result.Labels, result.InputTokens, result.CutTokens);
}

/// <summary>How likely an answer is.</summary>
internal sealed record ScoredTarget(string Target, double LogProbability, int Tokens);

/// <summary>How likely some answers are.</summary>
internal sealed record ScoringAnswer(IReadOnlyList<ScoredTarget> Targets, int InputTokens, int CutTokens)
{
    public static ScoringAnswer Of(ScoringResult result) => new(
        [.. result.Targets.Select(target => new ScoredTarget(target.Target, target.LogProbability, target.Tokens))], result.InputTokens, result.CutTokens);
}

/// <summary>The embedding of a text.</summary>
internal sealed record EmbeddingAnswer(IReadOnlyList<float> Embedding, int InputTokens, int CutTokens)
{
    public static EmbeddingAnswer Of(EmbeddingResult result) => new(result.Values.ToArray(), result.InputTokens, result.CutTokens);
}
