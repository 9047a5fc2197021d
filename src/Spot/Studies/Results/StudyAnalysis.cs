using Spot.Statistics;
using Spot.Transfer;

namespace Spot.Studies;

/// <summary>From the runs of a study to what it says.</summary>
/// <param name="plan">The plan.</param>
/// <param name="runs">All runs.</param>
/// <param name="similarities">How similar prompts and targets are.</param>
internal sealed class StudyAnalysis(StudyPlan plan, StudyRuns runs, IReadOnlyList<StudySimilarity> similarities)
{
    /// <summary>What one kind of score says. Validation chooses among runs whatever is reported.</summary>
    /// <param name="score">The score to report of a run.</param>
    public StudyFindings Findings(Func<StudyRun, double> score)
    {
        double[][] baseline = Scores(runs.Baseline, score);
        SearchSpaceTable? table = plan.HasSources ? new SearchSpaceTable(plan, runs, similarities, score) : null;
        MethodTable methods = new([.. plan.Targets.Select(task => task.Name)], plan.AllSuites, runs.Baseline, score);
        double[][][] transfer = [.. runs.Transfer.Select(ofPrompt => Scores(ofPrompt, score))];
        double[][] promptReductions = [.. transfer.Select(ofPrompt => ofPrompt.Select((seeds, target) => Reduction(baseline[target], seeds)).ToArray())];
        return new StudyFindings
        {
            Scores = new StudyScores(baseline, transfer, [.. runs.Strategies.Select(strategy => new StrategyScores(
                strategy.Strategy,
                strategy.K,
                strategy.Similarity,
                Scores(strategy.Runs, score),
                strategy.Runs.Select(seeds => seeds.Select(run => run?.Steps ?? 0).ToArray()).ToArray()))]),
            PromptReductions = promptReductions,
            Reductions = [.. transfer.Chunk(plan.SourceSeeds.Count).Select(ofSource => baseline.Select((seeds, target) =>
                Reduction(seeds, [.. ofSource.Select(ofPrompt => ofPrompt[target])])).ToArray())],
            WithoutError = [.. baseline.Select(seeds => seeds.Count(value => value >= 100))],
            Correlations = plan.HasSources ? [.. similarities.SelectMany(similarity => Correlations(similarity, promptReductions))] : [],
            Table = table?.Rows() ?? [],
            TableWithNoTransfer = table?.RowsWithNoTransfer() ?? [],
            Methods = plan.HasSources ? [.. runs.Methods.Select(methods.Row)] : [],
        };
    }

    private static double[][] Scores(StudyRun?[][] grid, Func<StudyRun, double> score) =>
        [.. grid.Select(seeds => seeds.Select(run => run is null ? double.NaN : score(run)).ToArray())];

    // In per cent, of the means over what there is. A seed whose run without transfer makes no error has nothing to reduce.
    private static double Reduction(double[] baseline, params double[][] transfers)
    {
        bool[] counts = [.. baseline.Select(score => score < 100)];
        double[] before = [.. baseline.Where((_, seed) => counts[seed])];
        double[] after = [.. transfers.SelectMany(seeds => seeds.Where((score, seed) => (counts[seed] || double.IsNaN(baseline[seed])) && double.IsFinite(score)))];
        return before.Length == 0 || after.Length == 0
            ? double.NaN : 100 * RelativeErrorReduction.Compute(ScoreSpread.Of(before).Mean, ScoreSpread.Of(after).Mean);
    }

    private IEnumerable<StudyCorrelation> Correlations(StudySimilarity similarity, double[][] reductions)
    {
        string[] sources = [.. plan.SourceNames], targets = [.. plan.Targets.Select(task => task.Name)];
        double[][] means = [.. similarity.Means.Select(ofPrompt => ofPrompt.ToArray())];
        foreach ((int target, string name) in targets.Index())
        {
            yield return Correlate(similarity.Similarity, name, new TaskPairs(
                sources, [name], [.. means.Select(ofPrompt => new[] { ofPrompt[target] })], [.. reductions.Select(ofPrompt => new[] { ofPrompt[target] })]));
        }

        yield return Correlate(similarity.Similarity, null, new TaskPairs(sources, targets, means, reductions));
    }

    private static StudyCorrelation Correlate(PromptSimilarity similarity, string? target, TaskPairs pairs)
    {
        bool enough = pairs.Count >= Correlation.FewestPoints;
        return new StudyCorrelation(
            similarity, target, pairs.Count, pairs.Of(Coefficients.Pearson), enough ? pairs.PValue(Coefficients.Pearson) : double.NaN,
            pairs.Of(Coefficients.Spearman), enough ? pairs.PValue(Coefficients.Spearman) : double.NaN)
        {
            PearsonInterval = enough ? pairs.Interval(Coefficients.Pearson) : ConfidenceInterval.None,
            SpearmanInterval = enough ? pairs.Interval(Coefficients.Spearman) : ConfidenceInterval.None,
        };
    }
}
