using Spot.Transfer;

namespace Spot.Studies;

/// <summary>The table of search spaces and quality (SPoT, Table 3), with racing.</summary>
/// <remarks>
/// For every target and seed the prompts are ranked by their similarity to that run's embedding, equal ones in their order, and the run with the
/// best validation score among the first k counts. The baseline is no candidate, so that a change can be negative. Numbers are means over the targets
/// for each seed; mean and deviation are over the seeds.
/// </remarks>
/// <param name="plan">The plan.</param>
/// <param name="runs">All runs.</param>
/// <param name="similarities">How similar prompts and targets are.</param>
/// <param name="score">The score to report of a run.</param>
internal sealed class SearchSpaceTable(StudyPlan plan, StudyRuns runs, IReadOnlyList<StudySimilarity> similarities, Func<StudyRun, double> score)
{
    private readonly int _targets = runs.Baseline.Length;
    private readonly int _seeds = runs.Baseline[0].Length;

    /// <summary>All rows: baseline, oracle, racing among all, then for every similarity best of top-k, racing, average and mixture.</summary>
    public IReadOnlyList<SearchSpaceRow> Rows()
    {
        Outcome[][] oracle = Outcomes((target, seed) => Best([.. Candidates(target, seed)]));
        List<SearchSpaceRow> rows =
        [
            Row(StudyStrategy.Baseline, null, null, Outcomes((target, seed) => One(runs.Baseline[target][seed], 0)), oracle),
            Row(StudyStrategy.Oracle, null, null, oracle, oracle),
            Row(StudyStrategy.Racing, null, null, Outcomes((target, seed) => Race([.. Candidates(target, seed)], plan.RacingOfAllBudgetFraction)), oracle),
        ];
        foreach (StudySimilarity similarity in similarities)
        {
            rows.AddRange(plan.BestOfTopKValues.Select(k => Row(
                StudyStrategy.BestOfTopK, k, similarity.Similarity, Outcomes((target, seed) => Embedded(Best(Ranked(similarity, target, seed, k)))), oracle)));
            rows.AddRange(plan.RacingOfTopKValues.Select(k => Row(
                StudyStrategy.Racing, k, similarity.Similarity, Outcomes((target, seed) => Embedded(Race(Ranked(similarity, target, seed, k), plan.RacingOfTopKBudgetFraction))), oracle)));
            rows.AddRange(runs.Strategies.Where(strategy => strategy.Similarity == similarity.Similarity).Select(strategy => Row(
                strategy.Strategy, strategy.K, similarity.Similarity, Outcomes((target, seed) => Embedded(One(strategy.Runs[target][seed], 1))), oracle)));
        }

        return rows;
    }

    /// <summary>The prompts that a target may start from, the most similar first; those without a run or a similarity are left out.</summary>
    internal int[] Ranking(StudySimilarity similarity, int target, int seed) =>
        [.. Enumerable.Range(0, runs.Transfer.Length)
            .Where(prompt => runs.Transfer[prompt][target][seed] is not null && !double.IsNaN(similarity.ToTargets[prompt][target][seed]))
            .OrderByDescending(prompt => similarity.ToTargets[prompt][target][seed])];

    private IEnumerable<StudyRun> Candidates(int target, int seed) => runs.Transfer.Select(ofPrompt => ofPrompt[target][seed]).OfType<StudyRun>();

    private StudyRun[] Ranked(StudySimilarity similarity, int target, int seed, int k) =>
        [.. Ranking(similarity, target, seed).Take(k).Select(prompt => runs.Transfer[prompt][target][seed]!)];

    private Outcome Best(StudyRun[] candidates) => candidates.Length == 0
        ? Outcome.None : new Outcome(score(candidates.MaxBy(run => run.Score)!), candidates.Length, candidates.Sum(run => run.Steps));

    private Outcome One(StudyRun? run, int tunings) => run is null ? Outcome.None : new Outcome(score(run), tunings, run.Steps);

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

    private Outcome Embedded(Outcome outcome) => outcome with { Steps = outcome.Steps + plan.SourceOptions.EmbeddingStep };

    private Outcome[][] Outcomes(Func<int, int, Outcome> outcome) =>
        [.. Enumerable.Range(0, _targets).Select(target => Enumerable.Range(0, _seeds).Select(seed => outcome(target, seed)).ToArray())];

    private SearchSpaceRow Row(StudyStrategy strategy, int? k, PromptSimilarity? similarity, Outcome[][] outcomes, Outcome[][] oracle)
    {
        Outcome[][] baseline = Outcomes((target, seed) => One(runs.Baseline[target][seed], 0));
        ScoreSpread Spread(Outcome[][] of, Func<double, double, double> value)
        {
            // Where a run is missing the target does not count for that seed.
            double[] bySeed = [.. Enumerable.Range(0, _seeds)
                .Select(seed => Enumerable.Range(0, _targets).Select(target => value(baseline[target][seed].Score, of[target][seed].Score)).Where(number => !double.IsNaN(number)).ToArray())
                .Where(ofTargets => ofTargets.Length > 0).Select(ofTargets => ScoreSpread.Of(ofTargets).Mean)];
            return bySeed.Length == 0 ? new ScoreSpread(double.NaN, double.NaN, double.NaN) : ScoreSpread.Of(bySeed);
        }

        static double Change(double before, double after) => after - before;
        static double Relative(double before, double after) =>
            double.IsNaN(before) || double.IsNaN(after) ? double.NaN : 100 * RelativeErrorReduction.Compute(before, after);
        ScoreSpread absolute = Spread(outcomes, Change);
        double tunings = Mean(outcomes, outcome => outcome.Tunings), steps = Mean(outcomes, outcome => outcome.Steps);
        return new SearchSpaceRow
        {
            Strategy = strategy,
            K = k,
            Similarity = similarity,
            Outcomes = Count(outcomes),
            Score = Spread(outcomes, (_, after) => after),
            Absolute = absolute,
            Relative = Spread(outcomes, Relative),
            Tunings = tunings,
            Steps = steps,
            SearchSpaceSaved = 100 * (1 - (tunings / Mean(oracle, outcome => outcome.Tunings))),
            ShareOfOracleGain = Count(outcomes) < Count(oracle) ? double.NaN : 100 * absolute.Mean / Spread(oracle, Change).Mean,
            ShareOfOracleSteps = 100 * steps / Mean(oracle, outcome => outcome.Steps),
        };
    }

    private static int Count(Outcome[][] outcomes) => outcomes.SelectMany(seeds => seeds).Count(outcome => !double.IsNaN(outcome.Score));

    private static double Mean(Outcome[][] outcomes, Func<Outcome, double> number) =>
        outcomes.SelectMany(seeds => seeds).Where(outcome => !double.IsNaN(outcome.Score)).Select(number).DefaultIfEmpty(double.NaN).Average();

    /// <summary>What a strategy gives on a target with a seed.</summary>
    /// <param name="Score">NaN where nothing is known.</param>
    /// <param name="Tunings">Runs on the target from source prompts.</param>
    /// <param name="Steps">Tuning steps.</param>
    private readonly record struct Outcome(double Score, double Tunings, double Steps)
    {
        public static Outcome None => new(double.NaN, 0, 0);
    }
}
