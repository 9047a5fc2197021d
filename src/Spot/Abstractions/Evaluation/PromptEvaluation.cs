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

    /// <summary>The task's labels, in its order; empty for a task without labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Which label was taken for which, counted when it is asked for; null for a task without labels.</summary>
    public ConfusionMatrix? Confusion => Labels.Count == 0 ? null : new ConfusionMatrix(Labels, Predictions);

    /// <summary>
    /// What the labels' scores are divided by so that their probabilities are as certain as they are right: the temperature that makes the examples' own
    /// labels the most likely (temperature scaling, Guo et al. 2017), fitted when it is asked for to the scores as the evaluation ranked by them.
    /// Null where labels were not ranked, with fewer than 20 examples, and where no temperature is the best: every answer is right, or the right labels score no
    /// higher than the others.
    /// </summary>
    /// <remarks>Fit it on validation examples, and keep it with the prompt: <see cref="PromptInfo.CalibrationTemperature"/>.</remarks>
    public double? CalibrationTemperature => TemperatureScaling.Fit(Labels, Predictions);

    /// <summary>The scores as those of a run's checkpoint.</summary>
    internal TuningEvaluation At(int step) => new(step, Score, InvalidOutputRate) { Metrics = Metrics, CalibrationTemperature = CalibrationTemperature };

    /// <summary>The evaluation in one line.</summary>
    /// <returns>For example <c>score 87.0, accuracy 90.0, f1 84.0</c>.</returns>
    public override string ToString() => ResultText.Evaluation(Score, "", InvalidOutputRate, Metrics);
}
