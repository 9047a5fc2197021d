namespace Spot.Transfer;

/// <summary>The rule of racing: when how many runs go on.</summary>
/// <remarks>
/// <para>
/// Successive halving in two rungs, as wide as a budget pays. The first rung is after <c>first · steps</c> steps, the second after <c>2 · first · steps</c>,
/// both rounded up to the next evaluation. Where starts are evaluated (<see cref="TrainingOptions.EvaluateBeforeTraining"/>) the first is at step 0, which costs no
/// step, and the second after <c>first · steps</c>. After the second rung F runs are left and go on to the last step: the largest number for which, with
/// 2 · F after the first rung, all runs together take at most <c>budget · runs · steps</c> steps, and at least 1. After the first rung as many are left
/// as the rest of the budget pays for, and at least 2 · F. So a race of few runs may cost more than its budget: one run to the end, and another to the
/// second rung, is what it costs at least.
/// </para>
/// <para>
/// Who goes on are the best validation scores so far. How many runs reach the end decides what is kept of the gain: two runs that stand close after a
/// few steps are told apart only there (docs/study.md).
/// </para>
/// </remarks>
public static class RacingRungs
{
    /// <summary>The default share of the steps before runs are dropped for the first time: 1/32.</summary>
    public const double DefaultFirstRungFraction = 1.0 / 32;

    /// <summary>The default share of the steps of all runs that a race among all prompts may take: a tenth.</summary>
    public const double DefaultBudgetFraction = 0.1;

    /// <summary>The default share of the steps of all runs that a race among prompts chosen by similarity may take, which are fewer and closer: three tenths.</summary>
    public const double DefaultBudgetFractionOfTopK = 0.3;

    /// <summary>Makes the rungs of a race.</summary>
    /// <param name="runs">How many runs begin, at least 1.</param>
    /// <param name="steps">The steps of a whole run, at least 1.</param>
    /// <param name="evaluateEvery">Steps between evaluations, at least 1.</param>
    /// <param name="firstRungFraction">The share of the steps before the first rung, above 0 and below 1.</param>
    /// <param name="budgetFraction">The share of the steps of all runs that the race may take, above 0 and at most 1.</param>
    /// <param name="atStart">Whether the first rung is before the first step.</param>
    /// <returns>The rungs in order, at most two, each dropping at least one run; none where there is one run, where the budget pays for all, or where no evaluation is before the end.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static IReadOnlyList<TuningRung> Create(
        int runs, int steps, int evaluateEvery, double firstRungFraction = DefaultFirstRungFraction, double budgetFraction = DefaultBudgetFraction, bool atStart = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(evaluateEvery, 1);
        if (!(firstRungFraction is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(firstRungFraction), firstRungFraction, "The first rung must be after more than none and less than all of the steps (a share between 0 and 1).");
        }

        if (!(budgetFraction is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(budgetFraction), budgetFraction, "The budget is a share of the steps of all runs: above 0 and at most 1 (0.1 for a tenth).");
        }

        long early = Evaluation(firstRungFraction * steps);
        long[] at = [.. (atStart ? [0, early] : new[] { early, Math.Max(Evaluation(2 * firstRungFraction * steps), early + evaluateEvery) }).Where(step => step < steps)];
        if (at.Length == 0)
        {
            return [];
        }

        double pays = budgetFraction * runs * steps * (1 + 1e-12); // a tenth of 270 is 27, whatever the last bit says
        int finalists = runs;
        while (finalists > 1 && Steps(Math.Min(2L * finalists, runs)) > pays)
        {
            finalists--;
        }

        long between = Math.Min(2L * finalists, runs);
        while (between < runs && Steps(between + 1) <= pays)
        {
            between++;
        }

        List<TuningRung> rungs = [];
        for (int i = 0; i < at.Length; i++)
        {
            if (Keep(i) < (i == 0 ? runs : Keep(i - 1)))
            {
                rungs.Add(new TuningRung((int)at[i], (int)Keep(i)));
            }
        }

        return rungs;

        long Keep(int rung) => rung < at.Length - 1 ? between : finalists;

        // Of all runs, where so many go on between the rungs, if there are two.
        long Steps(long middle) => (runs * at[0]) + (middle * (at[^1] - at[0])) + (finalists * (steps - at[^1]));

        long Evaluation(double step) => (long)Math.Ceiling(step / evaluateEvery) * evaluateEvery;
    }

    /// <summary>The rungs of runs with some options: those of a race, and those by which a study judges one from its whole runs.</summary>
    internal static IReadOnlyList<TuningRung> Create(int runs, TuningOptions options, double firstRungFraction, double budgetFraction) =>
        Create(runs, options.Steps, options.EvaluateEvery, firstRungFraction, budgetFraction, options.EvaluateBeforeTraining);
}
