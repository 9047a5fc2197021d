namespace Spot.Library;

/// <summary>A key and its score.</summary>
/// <param name="Index">The key's index.</param>
/// <param name="Score">Its score; more is better.</param>
internal readonly record struct ScoredIndex(int Index, double Score);
