namespace Spot.Plots;

/// <summary>A panel of a grid of scatter plots.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="X">The points' first numbers.</param>
/// <param name="Y">Their second numbers; a point of which one number is not finite is left out.</param>
public sealed record ScatterPanel(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y);
