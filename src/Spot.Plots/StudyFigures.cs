using Spot.Plots.Drawing;
using Spot.Plots.Report;
using Spot.Statistics;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots;

/// <summary>The figures of a study of transferability, as SPoT has them. Safe for concurrent calls.</summary>
public static class StudyFigures
{
    private static readonly double[] Served = [double.PositiveInfinity, 100, 10, 1];
    private const string Reduction = "relative error reduction, %";

    /// <summary>The relative error reduction of every source on every target (SPoT, figure 3), both in the order of their clusters.</summary>
    /// <param name="study">The study.</param>
    /// <param name="findings">Which scores to show: the study's validation or test findings.</param>
    /// <returns>The figure.</returns>
    public static Figure Reductions(StudyResult study, StudyFindings findings)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(findings);
        // A target of which every run is without error has nothing to show.
        int[] shown = [.. Enumerable.Range(0, study.Targets.Count).Where(target => findings.WithoutError[target] < study.TargetSeeds.Count)];
        shown = shown.Length == 0 ? [.. Enumerable.Range(0, study.Targets.Count)] : shown;
        double[][] values = [.. findings.Reductions.Select(source => shown.Select(target => source[target]).ToArray())];
        return new HeatMap
        {
            Title = "What each source task gives each target task",
            Subtitle = $"Relative error reduction on {StudyText.Split(study, findings)} examples against prompt tuning without transfer. Rows: sources; columns: targets. {StudyText.WithoutError(study, findings)}",
            Rows = study.Sources,
            Columns = [.. shown.Select(target => study.Targets[target])],
            Values = values,
            LeftOut = [.. study.Leaks.Select(source => shown.Select(target => source[target]).ToArray())],
            Unit = Reduction,
            Diverging = true,
            RowTree = HeatMap.TreeOfRows(values),
            ColumnTree = HeatMap.TreeOfColumns(values),
        }.Draw();
    }

    /// <summary>The similarity of all tasks (SPoT, figure 4), in the order of their clusters by 1 − similarity.</summary>
    /// <param name="similarity">The similarities.</param>
    /// <returns>The figure.</returns>
    public static Figure Similarities(StudySimilarity similarity)
    {
        ArgumentNullException.ThrowIfNull(similarity);
        Dendrogram? tree = HeatMap.TreeOfSimilarities(similarity.TaskMatrix);
        return new HeatMap
        {
            Title = $"How similar the tasks are ({StudyText.Of(similarity.Similarity)})",
            Subtitle = similarity.Similarity == PromptSimilarity.ActivatedNeurons
                ? "Overlap of the neurons that their prompts activate at the embedding step, mean over all pairs of runs."
                : "Cosine of their prompts at the embedding step, mean over all pairs of runs.",
            Rows = similarity.Tasks,
            Columns = similarity.Tasks,
            Values = similarity.TaskMatrix,
            Unit = "similarity",
            RowTree = tree,
            ColumnTree = tree,
        }.Draw();
    }

    /// <summary>How far similarity predicts transfer (SPoT, figure 5): a panel for each target and one for all, a point for each source prompt.</summary>
    /// <param name="study">The study.</param>
    /// <param name="findings">Which scores to show.</param>
    /// <param name="similarity">The similarities.</param>
    /// <returns>The figure.</returns>
    public static Figure Prediction(StudyResult study, StudyFindings findings, StudySimilarity similarity)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(similarity);
        StudyCorrelation[] correlations = [.. findings.Correlations.Where(row => row.Similarity == similarity.Similarity)];
        List<ScatterPanel> panels = [];
        for (int target = 0; target < study.Targets.Count; target++)
        {
            panels.Add(new ScatterPanel(
                study.Targets[target], [.. similarity.Means.Select(prompt => prompt[target])], [.. findings.PromptReductions.Select(prompt => prompt[target])])
            {
                Notes = Notes(correlations[target]),
            });
        }

        if (panels.Count > 1)
        {
            panels.Add(new ScatterPanel("all targets", [.. panels.SelectMany(panel => panel.X)], [.. panels.SelectMany(panel => panel.Y)]) { Notes = Notes(correlations[^1]) });
        }

        return new ScatterGrid
        {
            Title = $"Does similarity predict transfer? ({StudyText.Of(similarity.Similarity)})",
            Subtitle = $"A point for each source prompt; reductions on {StudyText.Split(study, findings)} examples. p by exchanging tasks; [ ]: 95 % by drawing tasks. {StudyText.WithoutError(study, findings)}",
            XLabel = "similarity of source and target",
            YLabel = Reduction,
            Panels = panels,
        }.Draw();
    }

    /// <summary>What a search gives for the target runs it takes.</summary>
    /// <param name="study">The study.</param>
    /// <param name="findings">Which scores to show.</param>
    /// <returns>The figure.</returns>
    public static Figure GainByRuns(StudyResult study, StudyFindings findings)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(findings);
        return Gain(study, findings, "What a search gives for the runs it takes", "target runs, of each target and seed", row => row.Tunings);
    }

    /// <summary>What a search gives for the tuning steps it takes, its embedding included.</summary>
    /// <param name="study">The study.</param>
    /// <param name="findings">Which scores to show.</param>
    /// <returns>The figure; null where steps are not known.</returns>
    public static Figure? GainBySteps(StudyResult study, StudyFindings findings)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(findings);
        return findings.Table.Any(row => StudyText.IsSearch(row) && double.IsFinite(row.ShareOfOracleSteps))
            ? Gain(study, findings, "What a search gives for the steps it takes", "tuning steps on the target, % of those of the whole search", row => row.ShareOfOracleSteps)
            : null;
    }

    /// <summary>The score against all that it costs: the library's steps are shared by as many targets as it serves, 1, 10, 100 or any number.</summary>
    /// <remarks>Of every strategy the row that is best on validation examples; the controls need no library, or a single prompt.</remarks>
    /// <param name="study">The study.</param>
    /// <param name="findings">Which scores to show.</param>
    /// <returns>The figure; null where steps are not known.</returns>
    public static Figure? ScoreByCost(StudyResult study, StudyFindings findings)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(findings);
        IEnumerable<SearchSpaceRow?> controls = findings.Table.Where(row => row.Strategy == StudyStrategy.Baseline || StudyText.IsControl(row));
        IEnumerable<SearchSpaceRow?> searches = findings.Table.Where(row => !StudyText.IsControl(row) && row.Strategy != StudyStrategy.Baseline)
            .Select(row => (row.Strategy, row.K is null)).Distinct()
            .Select(kind => StudyChoice.Best(study, findings, row => (row.Strategy, row.K is null) == kind));
        SearchSpaceRow[] rows = [.. controls.Concat(searches).OfType<SearchSpaceRow>().Where(row => StudyText.IsComplete(findings, row) && row.Steps > 0 && double.IsFinite(row.LibrarySteps))];
        return rows.Length == 0 ? null : new CurveChart
        {
            Title = "What a score costs",
            Subtitle = $"Mean score on {StudyText.Split(study, findings)} examples against tuning steps for each target and seed: on the target, and the library's divided by the N targets that it serves (marks from right to left: N = 1, 10, 100, any number).",
            XLabel = "tuning steps",
            YLabel = "score",
            Logarithmic = true,
            Series = [.. rows.Select(row => new CurveSeries(StudyText.Name(row), Costs(row)))],
        }.Draw();
    }

    private static CurvePoint[] Costs(SearchSpaceRow row) => row.LibrarySteps > 0
        ? [.. Served.Select(targets => new CurvePoint(
            row.StepsWhereLibraryServes(targets), row.Score.Mean, Label: double.IsFinite(targets) ? $"N = {NumberText.Of(targets, "F0")}" : null))]
        : [new CurvePoint(row.Steps, row.Score.Mean)];

    private static string[] Notes(StudyCorrelation row) =>
    [
        $"r = {NumberText.Of(row.Pearson, "F2")}{StudyText.Interval(row.PearsonInterval, "F2", " ")}{(double.IsNaN(row.PearsonP) ? "" : $", {NumberText.PValue(row.PearsonP)}")}",
        $"ρ = {NumberText.Of(row.Spearman, "F2")}{(double.IsNaN(row.SpearmanP) ? "" : $", {NumberText.PValue(row.SpearmanP)}")}; n = {row.Points}",
    ];

    private static Figure Gain(StudyResult study, StudyFindings findings, string title, string axis, Func<SearchSpaceRow, double> cost)
    {
        IEnumerable<CurveSeries> series = findings.Table.Where(row => StudyText.IsSearch(row) && StudyText.IsComplete(findings, row))
            .GroupBy(row => (row.Strategy, row.Similarity))
            .Select(group => new CurveSeries(
                StudyText.Of(group.Key.Strategy, group.Key.Similarity),
                [.. group.OrderBy(cost).Select(row => new CurvePoint(cost(row), row.Absolute.Mean, row.AbsoluteInterval.Low, row.AbsoluteInterval.High, row.K is { } k ? $"k = {k}" : null))])
            {
                Group = StudyText.Name(group.Key.Strategy, group.Key.Similarity),
            });
        SearchSpaceRow? oracle = findings.Table.FirstOrDefault(row => row.Strategy == StudyStrategy.Oracle);
        return new CurveChart
        {
            Title = title,
            Subtitle = $"Mean change of the score on {StudyText.Split(study, findings)} examples over {StudyText.Count(study.Targets.Count, "target")} and {StudyText.Count(study.TargetSeeds.Count, "seed")}; bars: 95 %.",
            XLabel = axis,
            YLabel = "change of the score, points",
            Series = [.. series],
            Levels = oracle is null ? [("no transfer", 0)] : [("no transfer", 0), ("oracle", oracle.Absolute.Mean)],
        }.Draw();
    }
}
