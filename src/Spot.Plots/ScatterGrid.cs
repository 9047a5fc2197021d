using Spot.Plots.Drawing;

namespace Spot.Plots;

/// <summary>Scatter plots side by side, each with both correlations, and from ten points on with its regression line.</summary>
/// <remarks>Not safe for use while it is changed; the figure it draws does not change with it.</remarks>
public sealed class ScatterGrid
{
    /// <summary>What is shown.</summary>
    public required string Title { get; init; }

    /// <summary>A line below the title; null for none.</summary>
    /// <value>null.</value>
    public string? Subtitle { get; init; }

    /// <summary>What the horizontal axes are.</summary>
    public required string XLabel { get; init; }

    /// <summary>What the vertical axes are.</summary>
    public required string YLabel { get; init; }

    /// <summary>The panels in the order of reading, at least one.</summary>
    public required IReadOnlyList<ScatterPanel> Panels { get; init; }

    /// <summary>Draws them, up to four in a row.</summary>
    /// <returns>The figure.</returns>
    /// <exception cref="ArgumentException">There is no panel, or one has not as many numbers of one side as of the other.</exception>
    public Figure Draw()
    {
        if (Panels.Count == 0)
        {
            throw new ArgumentException($"'{Title}' has no panel, expected at least one.");
        }

        if (Panels.FirstOrDefault(panel => panel.X.Count != panel.Y.Count) is { } odd)
        {
            throw new ArgumentException($"Panel '{odd.Name}' of '{Title}' has {odd.X.Count} and {odd.Y.Count} numbers, expected as many of one side as of the other.");
        }

        ScatterDrawing drawing = new(this);
        return new Figure(Title, drawing.Width, drawing.Height, drawing.Draw);
    }
}
