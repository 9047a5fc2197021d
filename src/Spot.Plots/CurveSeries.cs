namespace Spot.Plots;

/// <summary>A curve with its name.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Points">The points from left to right; one alone is drawn as a mark.</param>
public sealed record CurveSeries(string Name, IReadOnlyList<CurvePoint> Points)
{
    /// <summary>What series of one colour share. The first of them has filled marks, the others open ones and dashed lines, a little to the side.</summary>
    /// <value>null, for a colour of its own.</value>
    public string? Group { get; init; }
}
