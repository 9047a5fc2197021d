using Spot.Studies;

namespace Spot.Plots;

/// <summary>A study on one of several models.</summary>
/// <param name="Name">What the model is called, for example <c>base</c>.</param>
/// <param name="Parameters">How many numbers its weights are, above 0.</param>
/// <param name="Result">What the study found.</param>
public sealed record SweepStudy(string Name, long Parameters, StudyResult Result);
