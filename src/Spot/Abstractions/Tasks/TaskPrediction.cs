namespace Spot;

/// <summary>What a model answered to an example.</summary>
/// <param name="Example">The example.</param>
/// <param name="Text">The answer, exactly as written.</param>
/// <param name="Label">
/// The index of the task's label that the answer is, compared character by character; −1 when it is none of them or was cut before its end.
/// Always −1 for a task without labels.
/// </param>
public sealed record TaskPrediction(TextExample Example, string Text, int Label)
{
    /// <summary>
    /// How likely each of the task's labels is, 0 … 1 with the sum 1, where labels were ranked: e to the log-likelihood that the ranking compares,
    /// divided by the sum over all labels. Null where the answer was decoded, and where the model computed NaN.
    /// </summary>
    public IReadOnlyList<double>? LabelProbabilities { get; init; }

    /// <summary>Whether the answer is the target, or one of several right answers, character by character.</summary>
    public bool IsExactMatch => (Example.Answers ?? [Example.Target]).Contains(Text, StringComparer.Ordinal);
}
