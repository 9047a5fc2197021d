namespace Spot.Transfer;

/// <summary>The rule of racing: when how many runs go on.</summary>
/// <remarks>
/// The first round is after <c>first · steps</c> steps, each further one after <c>reduction</c> times as many, rounded up to the next evaluation.
/// Where starts are evaluated (<see cref="TuningOptions.EvaluateStart"/>) there is a round before them all, at step 0, which costs no step.
/// At each round ⌈runs / reduction⌉ go on and at least one is dropped: the best validation scores so far stay. What is left runs to the last step.
/// </remarks>
public static class TransferRounds
{
    /// <summary>The default share of the steps before the first round: 1/32.</summary>
    public const double DefaultFirst = 1.0 / 32;

    /// <summary>The default reduction: 3.</summary>
    public const double DefaultReduction = 3;

    /// <summary>Makes the rounds of a race.</summary>
    /// <param name="runs">How many runs begin, at least 1.</param>
    /// <param name="steps">The steps of a whole run, at least 1.</param>
    /// <param name="evaluateEvery">Steps between evaluations, at least 1.</param>
    /// <param name="first">The share of the steps before the first round, above 0 and below 1.</param>
    /// <param name="reduction">One of so many goes on, above 1.</param>
    /// <param name="atStart">Whether there is a round before the first step.</param>
    /// <returns>The rounds in order; none where there is one run, or no evaluation before the end.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static IReadOnlyList<TuningRound> Create(
        int runs, int steps, int evaluateEvery, double first = DefaultFirst, double reduction = DefaultReduction, bool atStart = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(runs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(evaluateEvery, 1);
        if (!(first is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, "The first round must be after more than none and less than all of the steps (a share between 0 and 1).");
        }

        if (!(reduction > 1 && double.IsFinite(reduction)))
        {
            throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "The reduction must be above 1: 3 keeps one run of three at each round.");
        }

        List<TuningRound> rounds = [];
        int last = 0;
        if (atStart && runs > 1)
        {
            Hold(0);
        }

        for (double due = first * steps; runs > 1 && due < steps; due *= reduction)
        {
            long step = Math.Max((long)Math.Ceiling(due / evaluateEvery) * evaluateEvery, last + (long)evaluateEvery);
            if (step >= steps)
            {
                break;
            }

            Hold((int)step);
        }

        return rounds;

        void Hold(int step)
        {
            runs = Math.Min(runs - 1, (int)Math.Ceiling(runs / reduction));
            last = step;
            rounds.Add(new TuningRound(step, runs));
        }
    }

    /// <summary>The rounds of runs with some options: those of a race, and those by which a study judges one from its whole runs.</summary>
    internal static IReadOnlyList<TuningRound> Create(int runs, TuningOptions options, double first, double reduction) =>
        Create(runs, options.Steps, options.EvaluateEvery, first, reduction, options.EvaluateStart);
}
