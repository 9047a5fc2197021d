namespace Spot;

/// <summary>Where a run stands after a step.</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The step's mean cross-entropy per target token, in nats.</param>
/// <param name="Evaluation">The evaluation after this step; null where there was none.</param>
/// <param name="Elapsed">Time since the run began.</param>
/// <param name="Remaining">An estimate of the time left.</param>
public readonly record struct TuningProgress(
    string Task, int Step, int Steps, double Loss, TuningEvaluation? Evaluation, TimeSpan Elapsed, TimeSpan Remaining)
{
    /// <summary>The norm of the step's gradient before clipping.</summary>
    public double GradientNorm { get; init; }

    /// <summary>The step's learning rate.</summary>
    public double LearningRate { get; init; }

    /// <summary>Training examples per second since the run began or went on, evaluations not counted.</summary>
    public double ExamplesPerSecond { get; init; }
}
