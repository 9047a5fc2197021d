using System.Net;
using System.Text;

namespace Spot.Plots.Report;

/// <summary>A page in one file: pictures are in it, and its policy forbids the browser to fetch or to run anything.</summary>
internal sealed class HtmlPage(string title)
{
    /// <summary>The typefaces of the page, which its pictures have too.</summary>
    internal const string Fonts = "system-ui, Liberation Sans, Arial, sans-serif";

    // On a narrow screen a picture keeps a width at which its words can be read, and is moved sideways.
    private const string Style = $$"""
        :root { color-scheme: light dark; --ink: #1f2328; --faint: #59636e; --ground: #ffffff; --line: #d1d9e0; --head: #f3f5f7; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --faint: #9aa5b1; --ground: #11151a; --line: #3d444d; --head: #1b2128; } }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 {{Fonts}}; }
        main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.7rem; margin: 0.5rem 0; } h2 { font-size: 1.25rem; margin: 2.2rem 0 0.6rem; }
        p.faint { color: var(--faint); } p.lead { font-size: 1.1rem; border-left: 4px solid var(--line); padding-left: 0.8rem; }
        figure, .scroll { overflow-x: auto; margin: 1rem 0; } figure { border: 1px solid var(--line); border-radius: 6px; }
        figure img { display: block; width: 100%; height: auto; margin: 0 auto; }
        table { border-collapse: collapse; font-size: 0.9rem; }
        th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
        th { background: var(--head); font-weight: 600; vertical-align: bottom; } thead th { white-space: normal; min-width: 4.5rem; }
        .n { text-align: right; font-variant-numeric: tabular-nums; } details { margin: 0.5rem 0; } summary { cursor: pointer; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.1rem 1rem; color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
        """;

    private readonly StringBuilder _body = new();

    /// <summary>What the page comes to.</summary>
    internal void Lead(string text) => _body.Append($"<p class=\"lead\"><strong>{Encode(text)}</strong></p>\n");

    internal void Heading(string text) => _body.Append($"<h2>{Encode(text)}</h2>\n");

    internal void Paragraph(string text) => _body.Append($"<p class=\"faint\">{Encode(text)}</p>\n");

    internal void List(IEnumerable<string> lines) => _body.Append(ListOf(lines));

    /// <summary>Names and values.</summary>
    internal void Facts(IReadOnlyList<(string Name, string Value)> facts) =>
        _body.Append(facts.Count == 0 ? "" : $"<dl>\n{string.Concat(facts.Select(fact => $"<dt>{Encode(fact.Name)}</dt><dd>{Encode(fact.Value)}</dd>\n"))}</dl>\n");

    internal void Table(ReportTable table) => _body.Append(table.ToHtml());

    /// <summary>A table that a reader opens.</summary>
    internal void Details(string summary, ReportTable table) => Details(summary, table.ToHtml());

    /// <summary>A list that a reader opens.</summary>
    internal void Details(string summary, IEnumerable<string> lines) => Details(summary, ListOf(lines));

    /// <summary>A figure as a picture of its own document, so that its names cannot meet those of another; it follows the page's colours and typefaces.</summary>
    internal void Figure(Figure figure)
    {
        string data = Convert.ToBase64String(Encoding.UTF8.GetBytes(figure.ToPageSvg(Fonts)));
        _body.Append(
            $"<figure><img alt=\"{Encode(figure.Title)}\" width=\"{figure.Width}\" height=\"{figure.Height}\" style=\"min-width: {figure.Width * 5 / 6}px; max-width: {figure.Width * 4 / 3}px\" src=\"data:image/svg+xml;base64,{data}\"></figure>\n");
    }

    public override string ToString() => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Encode(title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body><main>
        <h1>{Encode(title)}</h1>
        {_body}</main></body>
        </html>

        """;

    private void Details(string summary, string html) => _body.Append($"<details><summary>{Encode(summary)}</summary>\n{html}</details>\n");

    private static string ListOf(IEnumerable<string> lines) => $"<ul>\n{string.Concat(lines.Select(line => $"<li>{Encode(line)}</li>\n"))}</ul>\n";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
