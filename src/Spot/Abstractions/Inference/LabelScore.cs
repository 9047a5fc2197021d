namespace Spot;

/// <summary>How likely a label is, by two measures.</summary>
/// <param name="Label">The label.</param>
/// <param name="LabelSetProbability">Its probability among the labels, which sum to 1: softmax of the scores, per token if so asked, divided by the temperature: calibrated where the prompt brings one.</param>
/// <param name="LogProbability">The model's own log-probability of writing exactly this label, end of sequence included, in nats; all texts share its probability.</param>
/// <param name="Tokens">The label's tokens, end of sequence included.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record LabelScore(string Label, double LabelSetProbability, double LogProbability, int Tokens);
