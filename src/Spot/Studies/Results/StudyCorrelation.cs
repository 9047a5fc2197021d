using Spot.Statistics;

namespace Spot.Studies;

/// <summary>How far similarity predicts the relative error reduction, one point a source prompt.</summary>
/// <remarks>
/// Points that share a source or a target are not independent. The p-values are by Mantel's test, which exchanges whole tasks (1,999 times, with a fixed
/// seed), the intervals by drawing whole tasks, sources and targets, with replacement. On fewer than ten points there are no p-values.
/// </remarks>
/// <param name="Similarity">How embeddings are compared.</param>
/// <param name="Target">The target; null for the points of all targets together.</param>
/// <param name="Points">The number of points.</param>
/// <param name="Pearson">Pearson's r, −1 … 1; NaN where undefined.</param>
/// <param name="PearsonP">Its two-sided p-value.</param>
/// <param name="Spearman">Spearman's ρ.</param>
/// <param name="SpearmanP">Its two-sided p-value.</param>
public sealed record StudyCorrelation(
    PromptSimilarity Similarity, string? Target, int Points, double Pearson, double PearsonP, double Spearman, double SpearmanP)
{
    /// <summary>Where r lies, at 95 %; NaN where there is too little to tell.</summary>
    public ConfidenceInterval PearsonInterval { get; init; } = ConfidenceInterval.None;

    /// <summary>Where ρ lies, at 95 %.</summary>
    public ConfidenceInterval SpearmanInterval { get; init; } = ConfidenceInterval.None;
}
