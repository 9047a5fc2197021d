using System.Text.Json.Serialization;

namespace Spot;

/// <summary>How good a prompt or model is on examples that it was not tuned on.</summary>
/// <param name="Step">The step of the checkpoint.</param>
/// <param name="Score">The mean of <see cref="Metrics"/>: by it the best checkpoint is chosen. NaN where a metric is undefined, which is worse than any number.</param>
/// <param name="InvalidOutputRate">The share of outputs that are no label of their task, 0 … 1; they count as wrong.</param>
public sealed record TuningEvaluation(int Step, double Score, [property: JsonPropertyName("IllegalOutputs")] double InvalidOutputRate)
{
    /// <summary>Every metric by its name, <c>task/metric</c> for a mixture of several tasks.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>See <see cref="PromptEvaluation.CalibrationTemperature"/>; null too for a mixture of several tasks.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? CalibrationTemperature { get; init; }

    /// <summary>The evaluation in one line.</summary>
    /// <returns>For example <c>score 87.0 at step 20, accuracy 90.0, f1 84.0</c>; the step is left out where it is 0.</returns>
    public override string ToString() =>
        ResultText.Evaluation(Score, Step > 0 ? FormattableString.Invariant($" at step {Step}") : "", InvalidOutputRate, Metrics);
}
