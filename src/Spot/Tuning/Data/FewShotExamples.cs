namespace Spot.Tuning;

/// <summary>Examples with demonstrations in front of them.</summary>
/// <param name="Examples">The examples, in the order given: new inputs; targets, answers and groups as they were.</param>
/// <param name="Demonstrations">How many demonstrations stand in front of each example: fewer than asked for where they did not fit.</param>
public sealed record FewShotExamples(IReadOnlyList<TextExample> Examples, IReadOnlyList<int> Demonstrations);
