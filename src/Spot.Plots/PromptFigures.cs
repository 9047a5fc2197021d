using System.Globalization;

namespace Spot.Plots;

/// <summary>The figures of a report on a prompt. Safe for concurrent calls.</summary>
public static class PromptFigures
{
    private const int MostNames = 20; // beyond, they would cover the curves

    /// <summary>How long each row is and, where its start is known, how far it moved; beside the marks the nearest token by cosine, of up to 20 rows.</summary>
    /// <param name="report">The report.</param>
    /// <returns>The figure.</returns>
    public static Figure Rows(PromptReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        bool named = report.Rows.Count <= MostNames;
        CurveSeries norms = new("norm", [.. report.Rows.Select(row => new CurvePoint(row.Row, row.Norm, Label: named && row.ByCosine.Count > 0 ? row.ByCosine[0].Piece : null))]);
        CurveSeries moved = new("distance from its start", [.. report.Rows.Select(row => new CurvePoint(row.Row, row.Moved ?? double.NaN))]);
        return new CurveChart
        {
            Title = $"The rows of {Name(report)}",
            Subtitle = named ? "Beside each mark the token whose embedding has the highest cosine with the row." : null,
            XLabel = "row",
            YLabel = "Euclidean",
            Series = report.Rows.Any(row => row.Moved is not null) ? [norms, moved] : [norms],
            Levels = [("a token, in the mean", report.VocabularyNorm)],
        }.Draw();
    }

    /// <summary>Which rows matter: the score with each row as it was at the start, below the prompt's own.</summary>
    /// <param name="report">The report.</param>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">The rows were not tried on a task.</exception>
    public static Figure Effects(PromptReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        double score = report.Score ?? throw new ArgumentException(
            $"The rows of {Name(report)} were not tried on a task; set {nameof(PromptReportOptions.Task)} and {nameof(PromptReportOptions.Start)} for the report.", nameof(report));
        return new CurveChart
        {
            Title = $"Which rows of {Name(report)} matter on {report.Task}",
            Subtitle = "The score with one row as it was before tuning, all others as they are.",
            XLabel = "row",
            YLabel = "score, %",
            Series = [new CurveSeries("with the row as at the start", [.. report.Rows.Select(row => new CurvePoint(row.Row, row.ScoreWithoutRow ?? double.NaN))])],
            Levels = [("the whole prompt", score)],
        }.Draw();
    }

    private static string Name(PromptReport report) =>
        string.Create(CultureInfo.InvariantCulture, $"a prompt of {report.Length} x {report.Dim}{(report.BackboneName is { } name ? $" on {name}" : "")}");
}
