using System.Net;
using System.Text;

namespace Spot.Plots.Report;

/// <summary>A table that can be written as Markdown and as HTML. Columns beyond the first <paramref name="texts"/> hold numbers and are aligned right.</summary>
internal sealed class ReportTable(IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows, int texts)
{
    internal string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append(Row(head));
        text.Append(Row([.. head.Select((_, i) => i < texts ? "---" : "---:")]));
        foreach (IReadOnlyList<string> row in rows)
        {
            text.Append(Row(row));
        }

        return text.ToString();
    }

    internal string ToHtml()
    {
        StringBuilder html = new("<div class=\"scroll\"><table>\n<thead>");
        html.Append(Row(head, "th")).Append("</thead>\n<tbody>\n");
        foreach (IReadOnlyList<string> row in rows)
        {
            html.Append(Row(row, "td")).Append('\n');
        }

        return html.Append("</tbody></table></div>\n").ToString();
    }

    // What would end a cell or begin markup is written as text.
    private static string Row(IEnumerable<string> cells) =>
        $"| {string.Join(" | ", cells.Select(cell => cell.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)))} |\n";

    private string Row(IReadOnlyList<string> cells, string tag)
    {
        StringBuilder html = new("<tr>");
        for (int i = 0; i < cells.Count; i++)
        {
            html.Append(i < texts ? $"<{tag}>" : $"<{tag} class=\"n\">").Append(WebUtility.HtmlEncode(cells[i])).Append($"</{tag}>");
        }

        return html.Append("</tr>").ToString();
    }
}
