using Spot.Plots.Drawing;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots.Report;

/// <summary>The tables of a study.</summary>
internal static class StudyTables
{
    /// <summary>Search spaces and quality (SPoT, table 3).</summary>
    internal static ReportTable SearchSpace(StudyFindings findings) => new(
        ["strategy", "similarity", "k", "score", "change", "relative change, %", "target runs", "search saved, %", "steps, % of oracle", "share of oracle's gain, %"],
        [.. findings.Table.Select(row => SearchSpaceRow(findings, row, StudyText.OracleGains(findings)))],
        texts: 2);

    /// <summary>Pearson and Spearman of similarity and reduction.</summary>
    internal static ReportTable Correlations(StudyFindings findings) => new(
        ["similarity", "target", "points", "Pearson r", "p", "Spearman ρ", "p"],
        [.. findings.Correlations.Select(row => (string[])
        [
            StudyText.Of(row.Similarity), row.Target ?? "all targets", NumberText.Of(row.Points, "F0"),
            NumberText.Of(row.Pearson, "F2"), P(row.PearsonP), NumberText.Of(row.Spearman, "F2"), P(row.SpearmanP),
        ])],
        texts: 2);

    /// <summary>The targets' scores without transfer and what the best source task gives them.</summary>
    internal static ReportTable Targets(StudyResult study, StudyFindings findings)
    {
        List<string[]> rows = [];
        for (int target = 0; target < study.Targets.Count; target++)
        {
            ScoreSpread baseline = ScoreSpread.Of([.. findings.Scores.Baseline[target]]);
            double[] column = [.. findings.Reductions.Select(source => source[target])];
            int best = Enumerable.Range(0, column.Length).Where(i => !double.IsNaN(column[i])).DefaultIfEmpty(-1).MaxBy(i => i < 0 ? 0 : column[i]);
            rows.Add(
            [
                study.Targets[target], StudyText.Spread(baseline, signed: false),
                best < 0 ? NumberText.None : study.Sources[best], best < 0 ? NumberText.None : NumberText.Signed(column[best], "F1"),
                NumberText.Of(column.Count(value => value > 0), "F0") + " of " + NumberText.Of(column.Count(value => !double.IsNaN(value)), "F0"),
            ]);
        }

        return new ReportTable(["target", "no transfer", "best source", "its reduction, %", "sources that help"], rows, texts: 1);
    }

    /// <summary>A matrix by names; the numbers behind a heat map.</summary>
    internal static ReportTable Matrix(string corner, IReadOnlyList<string> rows, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<double>> values, string format) => new(
        [corner, .. columns],
        [.. rows.Select((name, i) => (string[])[name, .. values[i].Select(value => NumberText.Of(value, format))])],
        texts: 1);

    private static string[] SearchSpaceRow(StudyFindings findings, SearchSpaceRow row, bool oracleGains)
    {
        bool baseline = row.Strategy == StudyStrategy.Baseline;
        return
        [
            StudyText.Name(row.Strategy, row.Similarity) + StudyText.Coverage(findings, row),
            row.Similarity is { } similarity ? StudyText.Of(similarity) : "", row.K is { } k ? NumberText.Of(k, "F0") : "",
            StudyText.Spread(row.Score, signed: false),
            baseline ? "" : StudyText.Spread(row.Absolute, signed: true),
            baseline ? "" : StudyText.Spread(row.Relative, signed: true),
            NumberText.Of(row.Tunings, row.Tunings % 1 == 0 ? "F0" : "F1"),
            NumberText.Of(row.SearchSpaceSaved, "F0"),
            NumberText.Of(row.ShareOfOracleSteps, "F1"),
            baseline ? "" : oracleGains ? NumberText.Of(row.ShareOfOracleGain, "F0") : NumberText.None,
        ];
    }

    private static string P(double p) => p < 0.001 ? "< 0.001" : NumberText.Of(p, "F3");
}
