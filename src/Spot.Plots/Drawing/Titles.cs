namespace Spot.Plots.Drawing;

/// <summary>The heading of a figure, broken into lines of its width.</summary>
internal sealed class Titles
{
    internal const float Margin = 16;
    private const float TitleSize = 16, TitleStep = 21, TextSize = 12, TextStep = 16;
    private readonly List<string> _title, _subtitle;

    internal Titles(string title, string? subtitle, float width)
    {
        _title = TextLines.Wrap(title, TitleSize, width - (2 * Margin));
        _subtitle = TextLines.Wrap(subtitle ?? "", TextSize, width - (2 * Margin));
        Bottom = Margin + (TitleStep * _title.Count) + (TextStep * _subtitle.Count) + 10;
    }

    /// <summary>Where the figure goes on.</summary>
    internal float Bottom { get; }

    internal void Draw(Sheet sheet)
    {
        float y = Margin + (TitleSize / 2);
        foreach (string line in _title)
        {
            sheet.Text(line, Margin, y, TitleSize);
            y += TitleStep;
        }

        foreach (string line in _subtitle)
        {
            sheet.Text(line, Margin, y, TextSize, color: Sheet.Faint);
            y += TextStep;
        }
    }
}
