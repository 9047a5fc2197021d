namespace Spot.Inference;

/// <summary>Tokens that were written.</summary>
/// <param name="Ids">End of sequence included if it was reached.</param>
/// <param name="LogProbabilities">The model's own, as many; empty where they were not asked for.</param>
/// <param name="Score">Of a beam.</param>
internal sealed record WrittenTokens(IReadOnlyList<int> Ids, IReadOnlyList<double> LogProbabilities, double? Score = null);
