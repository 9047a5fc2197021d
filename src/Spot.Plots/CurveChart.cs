using Spot.Plots.Drawing;

namespace Spot.Plots;

/// <summary>Curves over one axis, with bars of deviation, levels across, and a legend below.</summary>
/// <remarks>Not safe for use while it is changed; the figure it draws does not change with it.</remarks>
public sealed class CurveChart
{
    /// <summary>What is shown.</summary>
    public required string Title { get; init; }

    /// <summary>A line below the title; null for none.</summary>
    /// <value>null.</value>
    public string? Subtitle { get; init; }

    /// <summary>What the horizontal axis is.</summary>
    public required string XLabel { get; init; }

    /// <summary>Whether the horizontal axis counts in powers of ten; points that are not above 0 are left out.</summary>
    /// <value>false.</value>
    public bool Logarithmic { get; init; }

    /// <summary>What the vertical axis is.</summary>
    public required string YLabel { get; init; }

    /// <summary>The curves. Points that are not finite are left out.</summary>
    public required IReadOnlyList<CurveSeries> Series { get; init; }

    /// <summary>Levels to compare with: a name and a value each.</summary>
    /// <value>None.</value>
    public IReadOnlyList<(string Name, double Y)> Levels { get; init; } = [];

    /// <summary>Draws them.</summary>
    /// <returns>The figure.</returns>
    public Figure Draw()
    {
        CurveDrawing drawing = new(this);
        return new Figure(Title, CurveDrawing.Width, drawing.Height, drawing.Draw);
    }
}
