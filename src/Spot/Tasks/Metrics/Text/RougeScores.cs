namespace Spot.Tasks;

/// <summary>The ROUGE measures of one prediction.</summary>
/// <param name="Rouge1">Shared words.</param>
/// <param name="Rouge2">Shared pairs of neighbouring words.</param>
/// <param name="RougeL">The longest common subsequence of the whole texts.</param>
/// <param name="RougeLsum">The union of each target sentence's longest common subsequences with the predicted sentences.</param>
public sealed record RougeScores(RougeScore Rouge1, RougeScore Rouge2, RougeScore RougeL, RougeScore RougeLsum);
