using Spot.Statistics;
using Spot.Transfer;

namespace Spot.Studies;

/// <summary>The table of search spaces and quality (SPoT, Table 3), with racing and with controls.</summary>
/// <remarks>
/// For every target and seed the prompts are ranked by their similarity to that run's embedding, equal ones in their order, and the run with the
/// best validation score among the first k counts. The baseline is no candidate, so that a change can be negative. Numbers are means over the targets
/// for each seed; mean and deviation are over the seeds, intervals over targets × seeds.
/// </remarks>
internal sealed class SearchSpaceTable
{
    private readonly StudyPlan _plan;
    private readonly StudyRuns _runs;
    private readonly IReadOnlyList<StudySimilarity> _similarities;
    private readonly int _targets, _seeds;
    private readonly StrategyOutcomes _outcomes;
    private readonly Outcome[][] _baseline, _oracle;

    /// <summary>A table over the runs of a study.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="runs">All runs.</param>
    /// <param name="similarities">How similar prompts and targets are.</param>
    /// <param name="score">The score to report of a run.</param>
    public SearchSpaceTable(StudyPlan plan, StudyRuns runs, IReadOnlyList<StudySimilarity> similarities, Func<StudyRun, double> score)
    {
        (_plan, _runs, _similarities) = (plan, runs, similarities);
        (_targets, _seeds) = (runs.Baseline.Length, runs.Baseline[0].Length);
        _outcomes = new StrategyOutcomes(plan, runs, score);
        _baseline = Outcomes((target, seed) => _outcomes.One(runs.Baseline[target][seed], 0));
        _oracle = Outcomes(_outcomes.Oracle);
    }

    private double LibrarySteps => _runs.LibrarySteps;

    /// <summary>All rows: baseline, its controls, a random prompt, oracle, racing among all, then for every similarity best of top-k, racing, average and mixture; what needs every transfer only where the plan has it.</summary>
    public IReadOnlyList<SearchSpaceRow> Rows()
    {
        List<SearchSpaceRow> rows = [Row(StudyStrategy.Baseline, null, null, _baseline, 0) with { OverRestarts = null }];
        if (_seeds > 1)
        {
            // One set of restarts for each target: it has no deviation over the seeds.
            Outcome[][] best = Outcomes((target, seed) => _runs.Baseline[target][seed] is null ? Outcome.None : _outcomes.Restarts(target, _seeds));
            SearchSpaceRow restarts = Row(StudyStrategy.Restarts, _seeds, null, best, 0);
            rows.Add(restarts with { Score = Once(restarts.Score), Absolute = Once(restarts.Absolute), Relative = Once(restarts.Relative), OverRestarts = null });
        }

        rows.AddRange(_runs.LongBaselines.Select(longer => Row(StudyStrategy.LongBaseline, null, null, Outcomes((target, seed) => _outcomes.One(longer[target][seed], 0)), 0)));
        if (_plan.Exhaustive)
        {
            rows.Add(Row(StudyStrategy.RandomPrompt, null, null, Outcomes(_outcomes.RandomPrompt), LibrarySteps / _runs.Transfer.Length));
            rows.Add(Row(StudyStrategy.Oracle, null, null, _oracle, LibrarySteps));
            rows.Add(Row(StudyStrategy.Racing, null, null, Outcomes(_outcomes.RacingOfAll), LibrarySteps));
        }

        foreach (StudySimilarity similarity in _similarities)
        {
            if (_plan.Exhaustive)
            {
                rows.AddRange(_plan.BestOfTopKValues.Select(k => Row(
                    StudyStrategy.BestOfTopK, k, similarity.Similarity, Outcomes((target, seed) => _outcomes.BestOfTopK(similarity, target, seed, k)), LibrarySteps)));
                rows.AddRange(_plan.RacingOfTopKValues.Select(k => Row(
                    StudyStrategy.Racing, k, similarity.Similarity, Outcomes((target, seed) => _outcomes.RacingOfTopK(similarity, target, seed, k)), LibrarySteps)));
            }

            rows.AddRange(Of(similarity).Select(strategy => Row(
                strategy.Strategy, strategy.K, similarity.Similarity, Outcomes((target, seed) => _outcomes.Embedded(_outcomes.One(strategy.Runs[target][seed], 1))), LibrarySteps)));
        }

        return rows;
    }

    /// <summary>The searches with the run without transfer as one more candidate: best of top-k, averages and mixtures (<see cref="OrNoTransfer"/>).</summary>
    public IReadOnlyList<SearchSpaceRow> RowsWithNoTransfer() =>
        [.. _similarities.SelectMany(similarity => (_plan.Exhaustive ? _plan.BestOfTopKValues : []).Select(k => Row(
            StudyStrategy.BestOfTopK, k, similarity.Similarity, Outcomes((target, seed) => OrNoTransfer(target, seed, _outcomes.Ranked(similarity, target, seed, k))), LibrarySteps))
            .Concat(Of(similarity).Select(strategy => Row(
                strategy.Strategy, strategy.K, similarity.Similarity, Outcomes((target, seed) => OrNoTransfer(target, seed, strategy.Runs[target][seed])), LibrarySteps))))];

    private IEnumerable<StrategyRuns> Of(StudySimilarity similarity) => _runs.Strategies.Where(strategy => strategy.Similarity == similarity.Similarity);

    private Outcome OrNoTransfer(int target, int seed, params StudyRun?[] others) => _outcomes.Embedded(_outcomes.OrNoTransfer(target, seed, others));

    private static ScoreSpread Once(ScoreSpread spread) => new(spread.Mean, double.NaN, double.NaN);

    private Outcome[][] Outcomes(Func<int, int, Outcome> outcome) =>
        [.. Enumerable.Range(0, _targets).Select(target => Enumerable.Range(0, _seeds).Select(seed => outcome(target, seed)).ToArray())];

    private SearchSpaceRow Row(StudyStrategy strategy, int? k, PromptSimilarity? similarity, Outcome[][] outcomes, double librarySteps)
    {
        OutcomeComparison own = new(_baseline, outcomes), oracle = new(_baseline, _oracle);
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
            OverRestarts = OverRestarts(outcomes, steps),
            Tunings = tunings,
            Steps = steps,
            LibrarySteps = librarySteps,
            SearchSpaceSaved = 100 * (1 - (tunings / oracle.Mean(outcome => outcome.Tunings))),
            ShareOfOracleGain = own.Count < oracle.Count ? double.NaN : 100 * absolute.Mean / OutcomeComparison.Spread(oracle.Changes).Mean,
            ShareOfOracleSteps = 100 * steps / oracle.Mean(outcome => outcome.Steps),
        };
    }

    private RestartComparison? OverRestarts(Outcome[][] outcomes, double steps)
    {
        double one = new OutcomeComparison(_baseline, _baseline).Mean(outcome => outcome.Steps);
        if (_seeds < 2 || !(steps > 0) || !(one > 0))
        {
            return null;
        }

        const double Rounding = 1e-9;
        int asDear = (int)Math.Ceiling((steps / one) - Rounding), restarts = Math.Clamp(asDear, 1, _seeds);
        double[][] differences = new OutcomeComparison(Outcomes((target, _) => _outcomes.Restarts(target, restarts)), outcomes).Changes;
        return new RestartComparison(restarts, asDear, OutcomeComparison.Spread(differences).Mean, TwoWayBootstrap.OfMean(differences));
    }
}
