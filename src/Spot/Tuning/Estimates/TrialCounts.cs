namespace Spot.Tuning;

/// <summary>How often a run does what a trial has measured.</summary>
internal static class TrialCounts
{
    /// <summary>Evaluations of a whole run: at every so many steps, at the end, and before the first step where that is asked for.</summary>
    public static int Evaluations(TrainingOptions options) => Ceiling(options.Steps, options.EvaluateEvery) + (options.EvaluateBeforeTraining ? 1 : 0);

    /// <summary>Checkpoints of a whole run: at every so many steps and at the end; none without a folder.</summary>
    public static int Checkpoints(TrainingOptions options) => options.RunFolder is null ? 0 : Ceiling(options.Steps, options.CheckpointEvery);

    /// <summary>The bytes of a run's folder at its end.</summary>
    /// <param name="options">Of the run.</param>
    /// <param name="files">What a trial wrote.</param>
    public static long Bytes(TuningOptions options, TrialFiles files)
    {
        long early = options.EmbeddingStep <= options.Steps ? files.Values : 0;
        long losses = (long)(options.Steps - files.Steps) * sizeof(double);
        long evaluations = (Evaluations(options) - 1L) * files.Evaluation; // the trial's checkpoint has one
        long history = (options.Steps * files.StepLine) + (Evaluations(options) * files.EvaluationLine);
        long kept = options.KeepCheckpoints ? Checkpoints(options) * files.Kept : 0;
        return files.Checkpoint + early + losses + evaluations + history + kept;
    }

    private static int Ceiling(int steps, int every) => (int)(((long)steps + every - 1) / every);
}
