namespace Spot.Plots;

/// <summary>A curve with its name.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Points">The points from left to right; one alone is drawn as a mark.</param>
public sealed record CurveSeries(string Name, IReadOnlyList<CurvePoint> Points);
