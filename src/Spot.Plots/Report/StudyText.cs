using Spot.Plots.Drawing;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots.Report;

/// <summary>The words for what a study holds.</summary>
internal static class StudyText
{
    internal static string Of(PromptSimilarity similarity) => similarity switch
    {
        PromptSimilarity.AverageToken => "average token",
        PromptSimilarity.PerToken => "per token",
        PromptSimilarity.AverageDisplacement => "average displacement",
        _ => "per-token displacement",
    };

    /// <summary>A strategy among prompts of some similarity, or without regard to it.</summary>
    internal static string Name(StudyStrategy strategy, PromptSimilarity? similarity) => strategy switch
    {
        StudyStrategy.Baseline => "no transfer",
        StudyStrategy.Oracle => "oracle (all sources)",
        StudyStrategy.BestOfTopK => "best of top-k",
        StudyStrategy.WeightedAverage => "weighted average of top-k",
        StudyStrategy.Mixture => "mixture of top-k",
        StudyStrategy.Racing => similarity is null ? "racing among all" : "racing among top-k",
        _ => strategy.ToString(),
    };

    internal static string Of(StudyStrategy strategy, PromptSimilarity? similarity) =>
        Name(strategy, similarity) + (similarity is { } known ? $", {Of(known)}" : "");

    internal static bool IsSearch(SearchSpaceRow row) => row.Strategy is not (StudyStrategy.Baseline or StudyStrategy.Oracle);

    /// <summary>Whether no run is missing that a row needs: as many as the fullest row has.</summary>
    internal static bool IsComplete(StudyFindings findings, SearchSpaceRow row) => row.Outcomes == findings.Table.Max(other => other.Outcomes);

    /// <summary>On how many runs a row rests, where that is not all; "" otherwise.</summary>
    internal static string Coverage(StudyFindings findings, SearchSpaceRow row) =>
        row.Outcomes == 0 || IsComplete(findings, row) ? "" : $" ({row.Outcomes} of {findings.Table.Max(other => other.Outcomes)} runs)";

    /// <summary>A share of the oracle's gain means something only where it gains, and more than the seeds differ by.</summary>
    internal static bool OracleGains(StudyFindings findings) =>
        findings.Table.Any(row => row.Strategy == StudyStrategy.Oracle && row.Absolute.Mean > 0 && !(row.Absolute.Mean <= row.Absolute.Deviation));

    internal static string Split(StudyResult study, StudyFindings findings) => ReferenceEquals(findings, study.Test) ? "test" : "validation";

    internal static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    internal static string Spread(ScoreSpread spread, bool signed) =>
        NumberOf(spread.Mean, signed) + (double.IsFinite(spread.Deviation) ? $" ± {NumberText.Of(spread.Deviation, "F1")}" : "");

    private static string NumberOf(double value, bool signed) => signed ? NumberText.Signed(value, "F1") : NumberText.Of(value, "F1");
}
