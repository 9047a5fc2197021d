namespace Spot.Studies;

/// <summary>The scores of a strategy in a study.</summary>
/// <param name="Strategy">Which.</param>
/// <param name="K">How many source prompts it retrieves.</param>
/// <param name="Similarity">How it compares embeddings.</param>
/// <param name="Scores">// [target][seed]</param>
/// <param name="Steps">Tuning steps spent after the embedding. // [target][seed]</param>
public sealed record StrategyScores(
    StudyStrategy Strategy, int K, PromptSimilarity Similarity, IReadOnlyList<IReadOnlyList<double>> Scores, IReadOnlyList<IReadOnlyList<long>> Steps);
