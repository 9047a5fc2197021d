namespace Spot.Plots;

/// <summary>A panel of a grid of scatter plots.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="X">The points' first numbers.</param>
/// <param name="Y">Their second numbers; a point of which one number is not finite is left out.</param>
public sealed record ScatterPanel(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Up to two lines below the heading, for what is known of the points.</summary>
    /// <value>null, for both correlations, with the p-values that independent points have where there are ten or more.</value>
    public IReadOnlyList<string>? Notes { get; init; }
}
