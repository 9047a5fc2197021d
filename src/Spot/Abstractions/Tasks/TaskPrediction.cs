namespace Spot;

/// <summary>What a model answered to an example.</summary>
/// <param name="Example">The example.</param>
/// <param name="Text">The answer, exactly as written.</param>
/// <param name="Label">
/// The index of the task's label that the answer is, compared character by character; −1 when it is none of them or was cut before its end.
/// Always −1 for a task without labels.
/// </param>
public sealed record TaskPrediction(TextExample Example, string Text, int Label);
