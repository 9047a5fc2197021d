namespace Spot.Studies;

/// <summary>Targets that are reported together, as the paper reports GLUE and SuperGLUE.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Targets">The names of its targets, distinct and at least one. A target may be in several suites, or in none.</param>
public sealed record StudySuite(string Name, IReadOnlyList<string> Targets);
