namespace Spot;

/// <summary>How good a prompt is on validation examples, by greedy decoding and exact match.</summary>
/// <param name="Step">The step of the prompt.</param>
/// <param name="Score">Accuracy, 0 … 100.</param>
/// <param name="IllegalOutputs">The share of outputs that are no label of the task, 0 … 1; they count as wrong.</param>
public sealed record TuningEvaluation(int Step, double Score, double IllegalOutputs);
