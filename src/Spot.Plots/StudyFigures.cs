using Spot.Plots.Report;
using Spot.Statistics;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots;

/// <summary>The figures of a study of transferability, as SPoT has them. Safe for concurrent calls.</summary>
public static class StudyFigures
{
    private const string Reduction = "relative error reduction, %";

    /// <summary>The relative error reduction of every source on every target (SPoT, figure 3), both in the order of their clusters.</summary>
    /// <param name="study">The study.</param>
    /// <param name="findings">Which scores to show: the study's validation or test findings.</param>
    /// <returns>The figure.</returns>
    public static Figure Reductions(StudyResult study, StudyFindings findings)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(findings);
        return new HeatMap
        {
            Title = "What each source task gives each target task",
            Subtitle = $"Relative error reduction on {StudyText.Split(study, findings)} examples against prompt tuning without transfer. Rows: sources; columns: targets.",
            Rows = study.Sources,
            Columns = study.Targets,
            Values = findings.Reductions,
            LeftOut = study.Leaks,
            Unit = Reduction,
            Diverging = true,
            RowTree = HeatMap.TreeOfRows(findings.Reductions),
            ColumnTree = HeatMap.TreeOfColumns(findings.Reductions),
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
            Subtitle = "Cosine of their prompts at the embedding step, mean over all pairs of runs.",
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
        List<ScatterPanel> panels = [];
        for (int target = 0; target < study.Targets.Count; target++)
        {
            panels.Add(new ScatterPanel(
                study.Targets[target], [.. similarity.Means.Select(prompt => prompt[target])], [.. findings.PromptReductions.Select(prompt => prompt[target])]));
        }

        if (panels.Count > 1)
        {
            panels.Add(new ScatterPanel("all targets", [.. panels.SelectMany(panel => panel.X)], [.. panels.SelectMany(panel => panel.Y)]));
        }

        return new ScatterGrid
        {
            Title = $"Does similarity predict transfer? ({StudyText.Of(similarity.Similarity)})",
            Subtitle = $"A point for each source prompt; reductions on {StudyText.Split(study, findings)} examples.",
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

    private static Figure Gain(StudyResult study, StudyFindings findings, string title, string axis, Func<SearchSpaceRow, double> cost)
    {
        IEnumerable<CurveSeries> series = findings.Table.Where(row => StudyText.IsSearch(row) && StudyText.IsComplete(findings, row))
            .GroupBy(row => (row.Strategy, row.Similarity))
            .Select(group => new CurveSeries(
                StudyText.Of(group.Key.Strategy, group.Key.Similarity),
                [.. group.OrderBy(cost).Select(row => new CurvePoint(cost(row), row.Relative.Mean, row.Relative.Deviation, row.K is { } k ? $"k = {k}" : null))]));
        SearchSpaceRow? oracle = findings.Table.FirstOrDefault(row => row.Strategy == StudyStrategy.Oracle);
        return new CurveChart
        {
            Title = title,
            Subtitle = $"Mean over {StudyText.Count(study.Targets.Count, "target")} of the relative error reduction on {StudyText.Split(study, findings)} examples; bars: deviation over {StudyText.Count(study.TargetSeeds.Count, "seed")}.",
            XLabel = axis,
            YLabel = Reduction,
            Series = [.. series],
            Levels = oracle is null ? [("no transfer", 0)] : [("no transfer", 0), ("oracle", oracle.Relative.Mean)],
        }.Draw();
    }
}
