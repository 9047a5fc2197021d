namespace Spot.Tuning;

/// <summary>The most likely label of an input.</summary>
/// <param name="Label">Its index; −1 where the model computed NaN.</param>
/// <param name="Probabilities">How likely each label is, with the sum 1; null where the model computed NaN.</param>
internal readonly record struct RankedAnswer(int Label, double[]? Probabilities);
