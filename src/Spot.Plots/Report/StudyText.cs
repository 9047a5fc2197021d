using Spot.Plots.Drawing;
using Spot.Transfer;

namespace Spot.Plots.Report;

/// <summary>The words for what a study holds.</summary>
internal static class StudyText
{
    internal static string Of(PromptSimilarity similarity) => similarity == PromptSimilarity.AverageToken ? "average token" : "per token";

    internal static string Of(StudyStrategy strategy) => strategy switch
    {
        StudyStrategy.Baseline => "no transfer",
        StudyStrategy.Oracle => "oracle (all sources)",
        StudyStrategy.BestOfTopK => "best of top-k",
        StudyStrategy.WeightedAverage => "weighted average of top-k",
        StudyStrategy.Mixture => "mixture of top-k",
        StudyStrategy.Racing => "racing among top-k",
        _ => strategy.ToString(),
    };

    internal static string Of(StudyStrategy strategy, PromptSimilarity? similarity) =>
        similarity is { } known ? $"{Of(strategy)}, {Of(known)}" : Of(strategy);

    internal static bool IsSearch(SearchSpaceRow row) => row.Strategy is not (StudyStrategy.Baseline or StudyStrategy.Oracle);

    /// <summary>A share of the oracle's gain means something only where it gains.</summary>
    internal static bool OracleGains(StudyFindings findings) => findings.Table.Any(row => row.Strategy == StudyStrategy.Oracle && row.Absolute.Mean > 0);

    internal static string Split(StudyResult study, StudyFindings findings) => ReferenceEquals(findings, study.Test) ? "test" : "validation";

    internal static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    internal static string Spread(ScoreSpread spread, bool signed) =>
        NumberOf(spread.Mean, signed) + (double.IsFinite(spread.Deviation) ? $" ± {NumberText.Of(spread.Deviation, "F1")}" : "");

    private static string NumberOf(double value, bool signed) => signed ? NumberText.Signed(value, "F1") : NumberText.Of(value, "F1");
}
