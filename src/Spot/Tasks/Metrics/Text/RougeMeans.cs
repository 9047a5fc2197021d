namespace Spot.Tasks;

/// <summary>Mean F of the ROUGE measures over a set, 0 … 100.</summary>
/// <param name="Rouge1">Shared words.</param>
/// <param name="Rouge2">Shared pairs of neighbouring words.</param>
/// <param name="RougeL">The longest common subsequence of the whole texts.</param>
/// <param name="RougeLsum">The union of each target sentence's longest common subsequences with the predicted sentences.</param>
public sealed record RougeMeans(double Rouge1, double Rouge2, double RougeL, double RougeLsum);
