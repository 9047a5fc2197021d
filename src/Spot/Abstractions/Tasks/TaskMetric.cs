namespace Spot;

/// <summary>How good a set of predictions is, as one number: the higher the better.</summary>
/// <remarks>
/// Those of the study's tasks are in <c>Spot.Tasks.TaskMetrics</c>. One of your own needs a name and a function. Immutable; safe for
/// concurrent calls if the function is.
/// </remarks>
public sealed class TaskMetric
{
    private readonly Func<IReadOnlyList<TaskPrediction>, IReadOnlyList<string>, double> _score;

    /// <summary>Names a function.</summary>
    /// <param name="name">The metric's name, for example <c>f1</c>. It is part of the task's fingerprint.</param>
    /// <param name="score">From predictions, at least one, and the task's labels to the score; NaN where it is undefined.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public TaskMetric(string name, Func<IReadOnlyList<TaskPrediction>, IReadOnlyList<string>, double> score)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(score);
        Name = name;
        _score = score;
    }

    /// <summary>The share of answers that are exactly the example's target or one of its right answers, 0 … 100. The metric of tasks that name none.</summary>
    public static TaskMetric Accuracy { get; } = new("accuracy", (predictions, labels) => 100.0 * predictions.Count(p => IsRight(p, labels)) / predictions.Count);

    /// <summary>The metric's name.</summary>
    public string Name { get; }

    /// <summary>Scores predictions.</summary>
    /// <param name="predictions">The predictions, at least one.</param>
    /// <param name="labels">The task's labels; empty for free-form targets.</param>
    /// <returns>The score, for the metrics of this library at most 100; NaN where it is undefined.</returns>
    public double Score(IReadOnlyList<TaskPrediction> predictions, IReadOnlyList<string> labels) => _score(predictions, labels);

    private static bool IsRight(TaskPrediction prediction, IReadOnlyList<string> labels) =>
        (labels.Count == 0 || prediction.Label >= 0)
        && (prediction.Example.Answers?.Contains(prediction.Text, StringComparer.Ordinal)
            ?? string.Equals(prediction.Text, prediction.Example.Target, StringComparison.Ordinal));
}
