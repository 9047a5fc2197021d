using Spot.Statistics;
using Spot.Transfer;

namespace Spot.Studies;

/// <summary>The table of search spaces and quality (SPoT, Table 3), with racing and with controls.</summary>
/// <remarks>
/// For every target and seed the prompts are ranked by their similarity to that run's embedding, equal ones in their order, and the run with the
/// best validation score among the first k counts. The baseline is no candidate, so that a change can be negative. Numbers are means over the targets
/// for each seed; mean and deviation are over the seeds, intervals over targets × seeds.
/// </remarks>
/// <param name="plan">The plan.</param>
/// <param name="runs">All runs.</param>
/// <param name="similarities">How similar prompts and targets are.</param>
/// <param name="score">The score to report of a run.</param>
internal sealed class SearchSpaceTable(StudyPlan plan, StudyRuns runs, IReadOnlyList<StudySimilarity> similarities, Func<StudyRun, double> score)
{
    private readonly int _targets = runs.Baseline.Length;
    private readonly int _seeds = runs.Baseline[0].Length;
    private readonly StrategyOutcomes _outcomes = new(plan, runs, score);

    /// <summary>All rows: baseline, its controls, a random prompt, oracle, racing among all, then for every similarity best of top-k, racing, average and mixture; what needs every transfer only where the plan has it.</summary>
    public IReadOnlyList<SearchSpaceRow> Rows()
    {
        Outcome[][] baseline = Outcomes((target, seed) => _outcomes.One(runs.Baseline[target][seed], 0)), oracle = Outcomes(_outcomes.Oracle);
        double library = runs.LibrarySteps, prompt = library / runs.Transfer.Length;
        List<SearchSpaceRow> rows = [Row(StudyStrategy.Baseline, null, null, baseline, 0)];
        if (_seeds > 1)
        {
            // One set of restarts for each target: it has no deviation over the seeds.
            SearchSpaceRow restarts = Row(StudyStrategy.Restarts, _seeds, null, Outcomes((target, seed) => runs.Baseline[target][seed] is null ? Outcome.None : _outcomes.Restarts(target)), 0);
            rows.Add(restarts with { Score = Once(restarts.Score), Absolute = Once(restarts.Absolute), Relative = Once(restarts.Relative) });
        }

        rows.AddRange(runs.LongBaselines.Select(longer => Row(StudyStrategy.LongBaseline, null, null, Outcomes((target, seed) => _outcomes.One(longer[target][seed], 0)), 0)));
        if (plan.Exhaustive)
        {
            rows.Add(Row(StudyStrategy.RandomPrompt, null, null, Outcomes(_outcomes.RandomPrompt), prompt));
            rows.Add(Row(StudyStrategy.Oracle, null, null, oracle, library));
            rows.Add(Row(StudyStrategy.Racing, null, null, Outcomes(_outcomes.RacingOfAll), library));
        }

        foreach (StudySimilarity similarity in similarities)
        {
            if (plan.Exhaustive)
            {
                rows.AddRange(plan.BestOfTopKValues.Select(k => Row(
                    StudyStrategy.BestOfTopK, k, similarity.Similarity, Outcomes((target, seed) => _outcomes.BestOfTopK(similarity, target, seed, k)), library)));
                rows.AddRange(plan.RacingOfTopKValues.Select(k => Row(
                    StudyStrategy.Racing, k, similarity.Similarity, Outcomes((target, seed) => _outcomes.RacingOfTopK(similarity, target, seed, k)), library)));
            }

            rows.AddRange(runs.Strategies.Where(strategy => strategy.Similarity == similarity.Similarity).Select(strategy => Row(
                strategy.Strategy, strategy.K, similarity.Similarity, Outcomes((target, seed) => _outcomes.Embedded(_outcomes.One(strategy.Runs[target][seed], 1))), library)));
        }

        return rows;

        SearchSpaceRow Row(StudyStrategy strategy, int? k, PromptSimilarity? similarity, Outcome[][] outcomes, double librarySteps) =>
            RowOf(strategy, k, similarity, librarySteps, new OutcomeComparison(baseline, outcomes), new OutcomeComparison(baseline, oracle));
    }

    private static ScoreSpread Once(ScoreSpread spread) => new(spread.Mean, double.NaN, double.NaN);

    private Outcome[][] Outcomes(Func<int, int, Outcome> outcome) =>
        [.. Enumerable.Range(0, _targets).Select(target => Enumerable.Range(0, _seeds).Select(seed => outcome(target, seed)).ToArray())];

    private static SearchSpaceRow RowOf(StudyStrategy strategy, int? k, PromptSimilarity? similarity, double librarySteps, OutcomeComparison own, OutcomeComparison oracle)
    {
        double[][] changes = own.Changes, reductions = own.Reductions;
        ScoreSpread absolute = OutcomeComparison.Spread(changes);
        double tunings = own.Mean(outcome => outcome.Tunings), steps = own.Mean(outcome => outcome.Steps);
        return new SearchSpaceRow
        {
            Strategy = strategy,
            K = k,
            Similarity = similarity,
            Outcomes = own.Count,
            Score = OutcomeComparison.Spread(own.Scores),
            Absolute = absolute,
            AbsoluteInterval = TwoWayBootstrap.OfMean(changes),
            Relative = OutcomeComparison.Spread(reductions),
            RelativeInterval = TwoWayBootstrap.OfMean(reductions),
            Tunings = tunings,
            Steps = steps,
            LibrarySteps = librarySteps,
            SearchSpaceSaved = 100 * (1 - (tunings / oracle.Mean(outcome => outcome.Tunings))),
            ShareOfOracleGain = own.Count < oracle.Count ? double.NaN : 100 * absolute.Mean / OutcomeComparison.Spread(oracle.Changes).Mean,
            ShareOfOracleSteps = 100 * steps / oracle.Mean(outcome => outcome.Steps),
        };
    }
}
