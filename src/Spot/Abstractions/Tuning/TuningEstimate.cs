using System.Globalization;

namespace Spot;

/// <summary>What a tuning run is going to take, from a short trial of its first steps.</summary>
/// <remarks>
/// Of a whole run: one that goes on from a checkpoint, or ends early (<see cref="TrainingOptions.Patience"/>), takes less. Times are of this machine and
/// of what else it does during the trial. Immutable; safe to share between threads.
/// </remarks>
public sealed record TuningEstimate
{
    /// <summary>Optimiser steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Evaluations on the validation examples.</summary>
    public required int Evaluations { get; init; }

    /// <summary>How often the checkpoint is written; 0 without a <see cref="TrainingOptions.RunFolder"/>.</summary>
    public required int Checkpoints { get; init; }

    /// <summary>The time of a step: the mean of the trial's <see cref="TrialSteps"/>.</summary>
    public required TimeSpan StepTime { get; init; }

    /// <summary>
    /// The time of an evaluation: one of at most 64 validation examples of each task behind the start, times as many as there are. A tuned prompt's answers
    /// are often shorter.
    /// </summary>
    public required TimeSpan EvaluationTime { get; init; }

    /// <summary>The time to write a checkpoint; 0 without a <see cref="TrainingOptions.RunFolder"/>.</summary>
    public required TimeSpan CheckpointTime { get; init; }

    /// <summary>How many steps of the trial were timed; those before, which warm up, do not count.</summary>
    public required int TrialSteps { get; init; }

    /// <summary>
    /// The most memory in bytes that the process had in use (its working set, every few milliseconds) while the trial computed, the model included. A pass
    /// over the longest training examples is part of the trial. Memory of an accelerator is not in it.
    /// </summary>
    public required long PeakMemory { get; init; }

    /// <summary>
    /// The bytes on disk at the end: checkpoint, history, and kept checkpoints; 0 without a <see cref="TrainingOptions.RunFolder"/>. While a checkpoint is
    /// replaced there are two.
    /// </summary>
    public required long DiskBytes { get; init; }

    /// <summary>The time of the run.</summary>
    public TimeSpan Time => (StepTime * Steps) + (EvaluationTime * Evaluations) + (CheckpointTime * Checkpoints);

    /// <summary>The estimate in one line.</summary>
    /// <returns>For example <c>200 steps and 10 evaluations, about 0:01:20; 612 MB of memory at most in a trial of 4 steps; 0.1 MB on disk</c>.</returns>
    public override string ToString()
    {
        string disk = DiskBytes > 0 ? $"; {Megabytes(DiskBytes)} on disk" : "";
        return $"{ResultText.Count(Steps, "step")} and {ResultText.Count(Evaluations, "evaluation")}, about {ResultText.Time(Time)}; " +
            $"{Megabytes(PeakMemory)} of memory at most in a trial of {ResultText.Count(TrialSteps, "step")}{disk}";
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString(bytes < 1e7 ? "N1" : "N0", CultureInfo.InvariantCulture) + " MB";
}
