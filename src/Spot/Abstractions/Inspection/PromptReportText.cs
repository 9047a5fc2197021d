using System.Globalization;
using System.Text;

namespace Spot;

/// <summary>A report as people read it.</summary>
internal static class PromptReportText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static string Of(PromptReport report)
    {
        bool moved = report.Rows.Any(row => row.Moved is not null), tried = report.Score is not null;
        StringBuilder text = new();
        text.Append(Invariant, $"a prompt of {report.Length} x {report.Dim}{(report.BackboneName is { } name ? $" on {name}" : "")}");
        text.AppendLine(tried ? $", {report.Task}: score {ResultText.Score(report.Score!.Value)}" : "");
        text.AppendLine(Invariant, $"norm of a token in the mean: {report.VocabularyNorm:G4}");
        string[][] rows = [Header(moved, tried), .. report.Rows.Select(row => Cells(row, report.Score, moved, tried))];
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            // Numbers to the right, tokens, the last two, to the left.
            text.AppendLine(string.Join("  ", row.Select((cell, column) => column < row.Length - 2 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd());
        }

        return text.ToString();
    }

    private static string[] Header(bool moved, bool tried) =>
        ["row", "norm", .. moved ? ["moved", "cosine with start"] : (string[])[], .. tried ? ["score without", "change"] : (string[])[], "nearest by cosine", "nearest by distance"];

    private static string[] Cells(PromptRowReport row, double? score, bool moved, bool tried) =>
    [
        row.Row.ToString(Invariant),
        Number(row.Norm),
        .. moved ? [Number(row.Moved), row.StartCosine?.ToString("F3", Invariant) ?? ""] : (string[])[],
        .. tried ? [ResultText.Score(row.ScoreWithoutRow!.Value), (row.ScoreWithoutRow.Value - score!.Value).ToString("+0.0;-0.0;0.0", Invariant)] : (string[])[],
        string.Join(", ", row.ByCosine.Select(token => string.Create(Invariant, $"{token.Piece} {token.Cosine:F2}"))),
        string.Join(", ", row.ByDistance.Select(token => $"{token.Piece} {Number(token.Distance)}")),
    ];

    private static string Number(double? value) => value?.ToString("G4", Invariant) ?? "";
}
