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

    /// <summary>The best of all runs without transfer on a target, as if the other seeds were restarts.</summary>
    public Outcome Restarts(int target) => Best([.. runs.Baseline[target].OfType<StudyRun>()]) with { Tunings = 0 };

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

    private StudyRun[] Ranked(StudySimilarity similarity, int target, int seed, int k) =>
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
