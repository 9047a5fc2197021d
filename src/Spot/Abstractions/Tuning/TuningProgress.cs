using System.Globalization;

namespace Spot;

/// <summary>Where a run stands: before its first step, and after every step.</summary>
/// <remarks><see cref="ToString"/> says it in one line, at the start what the run is going to do.</remarks>
/// <param name="Task">The task's name.</param>
/// <param name="Step">Steps done.</param>
/// <param name="Steps">Steps in all.</param>
/// <param name="Loss">The step's mean cross-entropy per target token, in nats; NaN before the first step.</param>
/// <param name="Evaluation">The evaluation after this step; null where there was none.</param>
/// <param name="Elapsed">Time since the run began or went on.</param>
/// <param name="Remaining">An estimate of the time left, evaluations included as soon as there was one; null before the first step.</param>
public readonly record struct TuningProgress(
    string Task, int Step, int Steps, double Loss, TuningEvaluation? Evaluation, TimeSpan Elapsed, TimeSpan? Remaining)
{
    /// <summary>What the run is for.</summary>
    public TuningRunKind Kind { get; init; }

    /// <summary>What the run started from, for a transfer the id of the source prompt; null where it started from scratch or the start has no name.</summary>
    public string? Source { get; init; }

    /// <summary>The run's place among the candidates for the task, from 1; 0 where it is none.</summary>
    public int Candidate { get; init; }

    /// <summary>How many candidates there are.</summary>
    public int Candidates { get; init; }

    /// <summary>The steps that were done when the run began or went on: 0, or the step of the checkpoint that it went on from.</summary>
    public int FirstStep { get; init; }

    /// <summary>Whether no step was done yet since the run began or went on.</summary>
    public bool IsStart => Step == FirstStep;

    /// <summary>Examples per step.</summary>
    public int BatchSize { get; init; }

    /// <summary>Steps between evaluations; 0 where the run is not evaluated.</summary>
    public int EvaluateEvery { get; init; }

    /// <summary>
    /// Whether the report is worth a line: the start, the first estimate of the time left (after three steps), every evaluation, the end, and in between
    /// one every fifteen seconds. Runs beside each other share the estimates.
    /// </summary>
    public bool IsMilestone { get; init; }

    /// <summary>The norm of the step's gradient before clipping.</summary>
    public double GradientNorm { get; init; }

    /// <summary>The step's learning rate.</summary>
    public double LearningRate { get; init; }

    /// <summary>Training examples per second since the run began or went on, evaluations not counted. Runs beside each other share their time.</summary>
    public double ExamplesPerSecond { get; init; }

    /// <summary>The report in one line.</summary>
    /// <returns>For example <c>places, candidate 2 of 3 from books-0, step 20 of 200: loss 0.412, score 87.0, 31.2 examples/s, about 0:01:20 left</c>.</returns>
    public override string ToString()
    {
        string run = new RunLabel(Kind, Source, Candidate, Candidates).Of(Task);
        if (IsStart && Evaluation is null)
        {
            string way = Step == 0 ? ResultText.Count(Steps, "step") : $"goes on from step {Step} of {Steps}, steps";
            string watched = EvaluateEvery > 0 ? $", evaluated every {ResultText.Count(EvaluateEvery, "step")}" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{run}: {way} of {BatchSize} examples{watched}");
        }

        List<string> parts = [];
        if (!double.IsNaN(Loss))
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"loss {Loss:F3}"));
        }

        if (Evaluation is not null)
        {
            parts.Add($"score {ResultText.Score(Evaluation.Score)}{ResultText.Invalid(Evaluation.InvalidOutputRate)}");
        }

        if (Remaining is { } left)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{ExamplesPerSecond:F1} examples/s, about {ResultText.Time(left)} left"));
        }

        return string.Create(CultureInfo.InvariantCulture, $"{run}, step {Step} of {Steps}: {string.Join(", ", parts)}");
    }
}
