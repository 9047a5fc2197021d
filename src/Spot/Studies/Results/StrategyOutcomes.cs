using Spot.Transfer;

namespace Spot.Studies;

/// <summary>What a strategy gives on a target with a seed.</summary>
/// <param name="Score">NaN where nothing is known.</param>
/// <param name="Tunings">Runs on the target from source prompts.</param>
/// <param name="Steps">Tuning steps.</param>
internal readonly record struct Outcome(double Score, double Tunings, double Steps)
{
    /// <summary>Nothing is known.</summary>
    public static Outcome None => new(double.NaN, 0, 0);
}

/// <summary>What each strategy would have given, read from the runs of a study. Of runs with equal validation scores the mean counts, not the first.</summary>
/// <param name="plan">The plan.</param>
/// <param name="runs">All runs.</param>
/// <param name="score">The score to report of a run.</param>
internal sealed class StrategyOutcomes(StudyPlan plan, StudyRuns runs, Func<StudyRun, double> score)
{
    /// <summary>A run of its own.</summary>
    public Outcome One(StudyRun? run, int tunings) => run is null ? Outcome.None : new Outcome(score(run), tunings, run.Steps);

    /// <summary>What to expect of the best of so many runs without transfer on a target, drawn from those of all seeds.</summary>
    public Outcome Restarts(int target, int count)
    {
        StudyRun[] all = [.. runs.Baseline[target].OfType<StudyRun>()];
        if (all.Length == 0)
        {
            return Outcome.None;
        }

        count = Math.Min(count, all.Length);
        double best = 0;
        int below = 0;
        foreach (IGrouping<double, StudyRun> equal in all.GroupBy(run => run.Score).OrderBy(equal => equal.Key))
        {
            int upTo = below + equal.Count();
            if (upTo >= count)
            {
                best += (ShareOfDraws(upTo) - ShareOfDraws(below)) * ScoreSpread.Of([.. equal.Select(score)]).Mean;
            }

            below = upTo;
        }

        return new Outcome(best, 0, count * all.Average(run => run.Steps));

        // Of all draws of so many different runs the share that has none above the worst `runs`.
        double ShareOfDraws(int worst) => Enumerable.Range(0, count).Aggregate(1.0, (share, drawn) => share * Math.Max(0, worst - drawn) / (all.Length - drawn));
    }

    /// <summary>The best of a run without transfer and of others.</summary>
    public Outcome OrNoTransfer(int target, int seed, params StudyRun?[] others) =>
        runs.Baseline[target][seed] is { } baseline && others.Length > 0 && others.All(run => run is not null)
            ? Best([baseline, .. others.OfType<StudyRun>()]) with { Tunings = others.Length } : Outcome.None;

    /// <summary>The best of all source prompts.</summary>
    public Outcome Oracle(int target, int seed) => Best(Candidates(target, seed));

    /// <summary>What to expect of a source prompt that is drawn at random.</summary>
    public Outcome RandomPrompt(int target, int seed) => Candidates(target, seed) is { Length: > 0 } candidates
        ? new Outcome(ScoreSpread.Of([.. candidates.Select(score)]).Mean, 1, candidates.Average(run => run.Steps)) : Outcome.None;

    /// <summary>What racing among all would have given.</summary>
    public Outcome RacingOfAll(int target, int seed) => Race(Candidates(target, seed), plan.RacingOfAllBudgetFraction);

    /// <summary>The best of the most similar.</summary>
    public Outcome BestOfTopK(StudySimilarity similarity, int target, int seed, int k) => Embedded(Best(Ranked(similarity, target, seed, k)));

    /// <summary>What racing among the most similar would have given.</summary>
    public Outcome RacingOfTopK(StudySimilarity similarity, int target, int seed, int k) =>
        Embedded(Race(Ranked(similarity, target, seed, k), plan.RacingOfTopKBudgetFraction));

    /// <summary>With the steps of the target's embedding.</summary>
    public Outcome Embedded(Outcome outcome) => outcome with { Steps = outcome.Steps + plan.SourceOptions.EmbeddingStep };

    /// <summary>The prompts that a target may start from, the most similar first; those without a run or a similarity are left out.</summary>
    public int[] Ranking(StudySimilarity similarity, int target, int seed) =>
        [.. Enumerable.Range(0, runs.Transfer.Length)
            .Where(prompt => runs.Transfer[prompt][target][seed] is not null && !double.IsNaN(similarity.ToTargets[prompt][target][seed]))
            .OrderByDescending(prompt => similarity.ToTargets[prompt][target][seed])];

    private StudyRun[] Candidates(int target, int seed) => [.. runs.Transfer.Select(ofPrompt => ofPrompt[target][seed]).OfType<StudyRun>()];

    /// <summary>The runs from the k most similar prompts.</summary>
    public StudyRun[] Ranked(StudySimilarity similarity, int target, int seed, int k) =>
        [.. Ranking(similarity, target, seed).Take(k).Select(prompt => runs.Transfer[prompt][target][seed]!)];

    private Outcome Best(StudyRun[] candidates)
    {
        if (candidates.Length == 0)
        {
            return Outcome.None;
        }

        double best = candidates.Max(run => run.Score);
        double[] ofBest = [.. candidates.Where(run => run.Score == best).Select(score)];
        return new Outcome(ScoreSpread.Of(ofBest).Mean, candidates.Length, candidates.Sum(run => run.Steps));
    }

    // What racing would have done, from the evaluations on the way of the whole runs: a race computes the same runs and stops most of them early.
    private Outcome Race(StudyRun[] candidates, double budget)
    {
        if (candidates.Length == 0)
        {
            return Outcome.None;
        }

        long steps = 0;
        StudyRun[] alive = candidates;
        foreach (TuningRung rung in RacingRungs.Create(candidates.Length, plan.TargetOptions, plan.RacingFirstRungFraction, budget))
        {
            StudyRun[] next = [.. rung.Survivors([.. alive.Select(run => run.Evaluations)]).Select(i => alive[i])];
            steps += alive.Except(next, ReferenceEqualityComparer.Instance).Sum(run => Math.Min(((StudyRun)run!).Steps, rung.Step));
            alive = next;
        }

        return Best(alive) with { Tunings = candidates.Length, Steps = steps + alive.Sum(run => run.Steps) };
    }
}
