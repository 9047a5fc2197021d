namespace Spot.Tuning;

/// <summary>The factor of the learning rate at a step, as T5X's schedules give it.</summary>
internal static class LearningRate
{
    /// <param name="options">Warm-up, decay and steps.</param>
    /// <param name="step">The step, from 0.</param>
    /// <returns>0 … 1. The very first step of a linear warm-up has 0.</returns>
    public static double Factor(TrainingOptions options, long step)
    {
        int warmup = options.WarmupSteps;
        if (options.LearningRateSchedule == LearningRateSchedule.InverseSquareRoot)
        {
            return Math.Sqrt(Math.Max(1, warmup) / (double)Math.Max(Math.Max(1, warmup), step));
        }

        if (step < warmup)
        {
            return (double)step / warmup;
        }

        if (options.LearningRateSchedule == LearningRateSchedule.WarmupStableDecay)
        {
            return Math.Clamp((options.Steps - step) / (double)Math.Max(1, options.DecaySteps), 0, 1);
        }

        double done = Math.Min(1, (double)(step - warmup) / Math.Max(1, options.Steps - warmup));
        return options.LearningRateSchedule switch
        {
            LearningRateSchedule.Linear => 1 - done,
            LearningRateSchedule.Cosine => 0.5 * (1 + Math.Cos(Math.PI * done)),
            _ => 1,
        };
    }
}
