using Spot.Plots.Drawing;
using Spot.Statistics;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots.Report;

/// <summary>The words for what a study holds.</summary>
internal static class StudyText
{
    private const int FewestTargets = 5, FewestSeeds = 2;

    internal static string Of(PromptSimilarity similarity) => similarity switch
    {
        PromptSimilarity.AverageToken => "average token",
        PromptSimilarity.PerToken => "per token",
        PromptSimilarity.AverageDisplacement => "average displacement",
        PromptSimilarity.ActivatedNeurons => "activated neurons",
        _ => "per-token displacement",
    };

    /// <summary>A strategy among prompts of some similarity, or without regard to it.</summary>
    internal static string Name(StudyStrategy strategy, PromptSimilarity? similarity) => strategy switch
    {
        StudyStrategy.Baseline => "no transfer",
        StudyStrategy.Restarts => "best of restarts, no transfer",
        StudyStrategy.LongBaseline => "more steps, no transfer",
        StudyStrategy.RandomPrompt => "a prompt at random",
        StudyStrategy.Oracle => "oracle (all sources)",
        StudyStrategy.BestOfTopK => "best of top-k",
        StudyStrategy.WeightedAverage => "weighted average of top-k",
        StudyStrategy.Mixture => "mixture of top-k",
        StudyStrategy.Racing => similarity is null ? "racing among all" : "racing among top-k",
        _ => strategy.ToString(),
    };

    internal static string Of(StudyStrategy strategy, PromptSimilarity? similarity) =>
        Name(strategy, similarity) + (similarity is { } known ? $", {Of(known)}" : "");

    /// <summary>A strategy with its k.</summary>
    internal static string Of(StudyStrategy strategy, PromptSimilarity? similarity, int k) => Of(strategy, similarity).Replace("top-k", $"top-{k}", StringComparison.Ordinal);

    /// <summary>A row with its k, for a sentence.</summary>
    internal static string Name(SearchSpaceRow row) => row switch
    {
        { Strategy: StudyStrategy.Restarts } => $"the best of {row.K} restarts without transfer",
        { Strategy: StudyStrategy.LongBaseline } => $"{NumberText.Of(row.Steps, "F0")} steps without transfer",
        { K: { } k } => Of(row.Strategy, row.Similarity, k),
        _ => Of(row.Strategy, row.Similarity),
    };

    /// <summary>A method with what it begins with.</summary>
    internal static string Name(StudyResult study, MethodRow row) => row.Method switch
    {
        StudyMethod.FewShot => "few-shot",
        StudyMethod.PromptTuning => "prompt tuning",
        StudyMethod.LongerPromptTuning => $"prompt tuning, {NumberText.Of(row.Steps ?? 0, "#,0")} steps",
        StudyMethod.Transfer => $"transfer from {(study.SourceMixtures.ContainsKey(row.Source ?? "") ? "the mixture " : "")}{row.Source}",
        StudyMethod.ModelTuning => "model tuning",
        StudyMethod.MultiTaskModelTuning => $"multi-task model tuning, {row.Source}",
        _ => row.Method.ToString(),
    };

    /// <summary>On how many of a suite's pairs of a target and a seed a score rests, where that is not all; "" otherwise.</summary>
    internal static string Coverage(StudyResult study, StudySuite suite, MethodScore score) =>
        score.Outcomes == suite.Targets.Count * study.TargetSeeds.Count ? "" : $" ({score.Outcomes} of {suite.Targets.Count * study.TargetSeeds.Count} runs)";

    internal static bool IsSearch(SearchSpaceRow row) => !IsControl(row) && row.Strategy is not (StudyStrategy.Baseline or StudyStrategy.Oracle);

    internal static bool IsControl(SearchSpaceRow row) => row.Strategy is StudyStrategy.Restarts or StudyStrategy.LongBaseline or StudyStrategy.RandomPrompt;

    /// <summary>Whether no run is missing that a row needs: as many as the fullest row has.</summary>
    internal static bool IsComplete(StudyFindings findings, SearchSpaceRow row) => row.Outcomes == findings.Table.Max(other => other.Outcomes);

    /// <summary>On how many runs a row rests, where that is not all; "" otherwise.</summary>
    internal static string Coverage(StudyFindings findings, SearchSpaceRow row) =>
        row.Outcomes == 0 || IsComplete(findings, row) ? "" : $" ({row.Outcomes} of {findings.Table.Max(other => other.Outcomes)} runs)";

    /// <summary>Fewer targets or seeds say little about others: an interval over them is too narrow.</summary>
    internal static bool IsSmall(StudyResult study) =>
        study.Targets.Count < FewestTargets || study.TargetSeeds.Count < FewestSeeds || study.Targets.Count * study.TargetSeeds.Count < Correlation.FewestPoints;

    /// <summary>A share of the oracle's gain means something only where it gains, beyond what targets and seeds differ by.</summary>
    internal static bool OracleGains(StudyFindings findings) =>
        findings.Table.Any(row => row.Strategy == StudyStrategy.Oracle && row.Absolute.Mean > 0 && !(row.AbsoluteInterval.Low <= 0));

    internal static string Split(StudyResult study, StudyFindings findings) => ReferenceEquals(findings, study.Test) ? "test" : "validation";

    internal static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    /// <summary>The targets with runs that make no error without transfer, as a sentence; "" where there is none.</summary>
    internal static string WithoutError(StudyResult study, StudyFindings findings)
    {
        string[] named = [.. findings.WithoutError.Index().Where(target => target.Item > 0)
            .Select(target => $"{study.Targets[target.Index]} ({target.Item} of {StudyText.Count(study.TargetSeeds.Count, "run")})")];
        return named.Length == 0 ? "" : $"No error without transfer, so left out where errors are compared: {string.Join(", ", named)}.";
    }

    internal static string Spread(ScoreSpread spread) => NumberText.Of(spread.Mean, "F1") + Deviation(spread);

    /// <summary>A change with its deviation.</summary>
    internal static string Change(ScoreSpread spread) => NumberText.Signed(spread.Mean, "F1") + Deviation(spread);

    private static string Deviation(ScoreSpread spread) => double.IsFinite(spread.Deviation) ? $" ± {NumberText.Of(spread.Deviation, "F1")}" : "";

    /// <summary>A change with its interval.</summary>
    internal static string Change(double mean, ConfidenceInterval interval, string format = "F1") => NumberText.Signed(mean, format) + Interval(interval, format, " ");

    internal static string Interval(ConfidenceInterval interval, string format, string before = "") => double.IsNaN(interval.Low)
        ? "" : $"{before}[{NumberText.Of(interval.Low, format)}, {NumberText.Of(interval.High, format)}]";

    /// <summary>A change of the score as what it is: a gain, a loss, or neither.</summary>
    internal static string GainOrLoss(SearchSpaceRow row)
    {
        string size = NumberText.Of(Math.Abs(row.Absolute.Mean), "F1"), interval = Interval(row.AbsoluteInterval, "F1", " ");
        return size == "0.0" ? $"changes nothing{interval}" : $"{(row.Absolute.Mean > 0 ? "gains" : "loses")} {size} points{interval}";
    }
}
