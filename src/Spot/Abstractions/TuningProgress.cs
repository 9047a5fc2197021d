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
    string Task, int Step, int Steps, double Loss, TuningEvaluation? Evaluation, TimeSpan Elapsed, TimeSpan Remaining);
