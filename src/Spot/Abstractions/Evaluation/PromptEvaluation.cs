namespace Spot;

/// <summary>How a prompt, or the bare model, answered examples of a task.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
/// <param name="Score">The mean of <see cref="Metrics"/>. NaN where a metric is undefined.</param>
/// <param name="InvalidOutputRate">The share of outputs that are no label of the task, 0 … 1; they count as wrong.</param>
public sealed record PromptEvaluation(double Score, double InvalidOutputRate)
{
    /// <summary>Every metric by its name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>What was answered to each example, in their order; empty for raw text, which is scored by likelihood.</summary>
    public IReadOnlyList<TaskPrediction> Predictions { get; init; } = [];

    /// <summary>Which label was taken for which; null for a task without labels.</summary>
    public ConfusionMatrix? Confusion { get; init; }

    /// <summary>The scores as those of a run's checkpoint.</summary>
    internal TuningEvaluation At(int step) => new(step, Score, InvalidOutputRate) { Metrics = Metrics };

    /// <summary>The evaluation in one line.</summary>
    /// <returns>For example <c>score 87.0, accuracy 90.0, f1 84.0</c>.</returns>
    public override string ToString() => ResultText.Evaluation(Score, "", InvalidOutputRate, Metrics);
}
