namespace Spot;

/// <summary>A point at which the weaker of several runs are dropped.</summary>
/// <param name="Step">The step after which it is, a multiple of <see cref="TrainingOptions.EvaluateEvery"/>; 0 where <see cref="TrainingOptions.EvaluateBeforeTraining"/> is set.</param>
/// <param name="Keep">How many runs go on, at least 1: those with the best validation score so far, the earlier start of equals.</param>
public readonly record struct TuningRung(int Step, int Keep)
{
    /// <summary>The rule itself.</summary>
    /// <param name="runs">The evaluations of every run, the preferred run first; those after <see cref="Step"/> do not count.</param>
    /// <returns>The places of the runs that go on, ascending. An undefined score is below every number.</returns>
    internal int[] Survivors(IReadOnlyList<IReadOnlyList<TuningEvaluation>> runs)
    {
        int step = Step;
        double[] best = [.. runs.Select(run => run.Where(evaluation => evaluation.Step <= step && !double.IsNaN(evaluation.Score))
            .Select(evaluation => evaluation.Score).DefaultIfEmpty(double.NegativeInfinity).Max())];
        return [.. Enumerable.Range(0, best.Length).OrderByDescending(run => best[run]).Take(Keep).Order()];
    }
}
