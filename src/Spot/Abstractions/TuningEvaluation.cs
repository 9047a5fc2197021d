namespace Spot;

/// <summary>How good a prompt or model is on examples that it was not tuned on.</summary>
/// <param name="Step">The step of the checkpoint.</param>
/// <param name="Score">The mean of <see cref="Metrics"/>: by it the best checkpoint is chosen. NaN where a metric is undefined, which is worse than any number.</param>
/// <param name="IllegalOutputs">The share of outputs that are no label of their task, 0 … 1; they count as wrong.</param>
public sealed record TuningEvaluation(int Step, double Score, double IllegalOutputs)
{
    /// <summary>Every metric by its name, <c>task/metric</c> for a mixture of several tasks.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();
}
