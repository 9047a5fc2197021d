namespace Spot.Studies;

/// <summary>How far similarity predicts the relative error reduction, one point a source prompt.</summary>
/// <param name="Similarity">How embeddings are compared.</param>
/// <param name="Target">The target; null for the points of all targets together.</param>
/// <param name="Points">The number of points.</param>
/// <param name="Pearson">Pearson's r, −1 … 1; NaN where undefined.</param>
/// <param name="PearsonP">Its two-sided p-value.</param>
/// <param name="Spearman">Spearman's ρ.</param>
/// <param name="SpearmanP">Its two-sided p-value.</param>
public sealed record StudyCorrelation(
    PromptSimilarity Similarity, string? Target, int Points, double Pearson, double PearsonP, double Spearman, double SpearmanP);
