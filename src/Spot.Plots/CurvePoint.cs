namespace Spot.Plots;

/// <summary>A point of a curve.</summary>
/// <param name="X">Where it lies.</param>
/// <param name="Y">Its value.</param>
/// <param name="Low">The lower end of its bar, such as a confidence interval's; NaN for none.</param>
/// <param name="High">The upper end of its bar; NaN for none.</param>
/// <param name="Label">A word beside its mark; null for none.</param>
public readonly record struct CurvePoint(double X, double Y, double Low = double.NaN, double High = double.NaN, string? Label = null);
