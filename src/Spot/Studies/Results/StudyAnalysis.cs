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
                Reduction(seeds, [.. ofSource.SelectMany(ofPrompt => ofPrompt[target])])).ToArray())],
            Correlations = [.. similarities.SelectMany(similarity => Correlations(similarity, promptReductions))],
            Table = new SearchSpaceTable(plan, runs, similarities, score).Rows(),
        };
    }

    private static double[][] Scores(StudyRun?[][] grid, Func<StudyRun, double> score) =>
        [.. grid.Select(seeds => seeds.Select(run => run is null ? double.NaN : score(run)).ToArray())];

    // In per cent, of the means over what there is.
    private static double Reduction(double[] baseline, double[] transfer)
    {
        double[] before = [.. baseline.Where(double.IsFinite)], after = [.. transfer.Where(double.IsFinite)];
        return before.Length == 0 || after.Length == 0
            ? double.NaN : 100 * RelativeErrorReduction.Compute(ScoreSpread.Of(before).Mean, ScoreSpread.Of(after).Mean);
    }

    private IEnumerable<StudyCorrelation> Correlations(StudySimilarity similarity, double[][] reductions)
    {
        List<(double X, double Y)> pooled = [];
        for (int target = 0; target < plan.Targets.Count; target++)
        {
            (double X, double Y)[] points = [.. reductions.Select((ofPrompt, prompt) => (X: similarity.Means[prompt][target], Y: ofPrompt[target]))
                .Where(point => !double.IsNaN(point.X) && !double.IsNaN(point.Y))];
            pooled.AddRange(points);
            yield return Correlate(similarity.Similarity, plan.Targets[target].Name, points);
        }

        yield return Correlate(similarity.Similarity, null, pooled);
    }

    private static StudyCorrelation Correlate(PromptSimilarity similarity, string? target, IReadOnlyList<(double X, double Y)> points)
    {
        double[] x = [.. points.Select(point => point.X)], y = [.. points.Select(point => point.Y)];
        Correlation pearson = Correlation.Pearson(x, y), spearman = Correlation.Spearman(x, y);
        return new StudyCorrelation(similarity, target, x.Length, pearson.Coefficient, pearson.PValue, spearman.Coefficient, spearman.PValue);
    }
}
