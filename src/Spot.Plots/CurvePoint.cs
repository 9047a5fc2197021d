namespace Spot.Plots;

/// <summary>A point of a curve.</summary>
/// <param name="X">Where it lies.</param>
/// <param name="Y">Its value.</param>
/// <param name="Deviation">How far the value varies, drawn as a bar up and down; NaN for none.</param>
/// <param name="Label">A word beside its mark; null for none.</param>
public readonly record struct CurvePoint(double X, double Y, double Deviation = double.NaN, string? Label = null);
