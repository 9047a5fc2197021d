using Spot.Plots.Drawing;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots.Report;

/// <summary>The answers that a study gives, in sentences; only what the numbers say.</summary>
internal static class StudyReading
{
    /// <summary>What the study comes to, in one sentence: the strategy that validation chose, beside no transfer and the strongest control.</summary>
    internal static string Conclusion(StudyResult study)
    {
        if (study.Sources.Count == 0)
        {
            return string.Join(' ', study.Settings.Select(settings => $"On {settings.Target}: {settings.Choice()}"));
        }

        StudyFindings findings = study.Test ?? study.Validation;
        if (StudyChoice.Best(study, findings, StudyText.IsSearch) is not { } best)
        {
            return "Not finished: nothing can be compared yet.";
        }

        string name = Capital(StudyText.Name(best)), split = $"on {StudyText.Split(study, findings)} examples";
        string controls = findings.Table.Where(row => StudyText.IsControl(row) && StudyText.IsComplete(findings, row)).MaxBy(row => row.Absolute.Mean) is { } control
            ? $"; without a search, {StudyText.Name(control)} {StudyText.GainOrLoss(control)}" : "";
        string beyond = best.OverRestarts is { Restarts: > 1 } restarts
            ? $", {StudyText.Change(restarts.Mean, restarts.Interval)} against the best of {NumberText.Of(restarts.Restarts, "F0")} restarts{(restarts.Restarts < restarts.AsDear ? "" : ", which cost as much")}" : "";
        string said = $"{name} {StudyText.GainOrLoss(best)} {split} against no transfer{beyond}{controls}.";
        return StudyText.IsSmall(study)
            ? $"Too small to conclude ({StudyText.Count(study.Targets.Count, "target")}, {StudyText.Count(study.TargetSeeds.Count, "seed")}). {said}"
            : !best.AbsoluteInterval.Excludes(0) ? $"No effect of transfer can be told. {said}"
            : best.Absolute.Mean < 0 ? $"Transfer loses. {said}"
            : best.OverRestarts is { Restarts: > 1 } over && !(over.Interval.Low > 0) ? $"Transfer gains, but not surely more than restarts at its cost. {said}"
            : $"Transfer gains. {said}";
    }

    internal static List<string> Of(StudyResult study, StudyFindings findings)
    {
        List<string> lines = [];
        double[] cells = [.. findings.Reductions.SelectMany(row => row).Where(value => !double.IsNaN(value))];
        if (cells.Length > 0)
        {
            int helps = cells.Count(value => value > 0), harms = cells.Count(value => value < 0);
            lines.Add($"Of {StudyText.Count(cells.Length, "pair")} of a source and a target {helps} do better with transfer than without, and {harms} worse.");
        }

        Add(lines, findings.Table.FirstOrDefault(row => row.Strategy == StudyStrategy.Oracle), row =>
            $"The best of all sources (oracle) {StudyText.GainOrLoss(row)}" +
            (StudyText.OracleGains(findings) ? "." : ": no gain beyond what targets and seeds differ by, so that there is nothing to take shares of."));
        foreach (SearchSpaceRow control in findings.Table.Where(StudyText.IsControl))
        {
            Add(lines, control, row => $"Control: {StudyText.Name(row)} {StudyText.GainOrLoss(row)}.");
        }

        foreach (StudyStrategy strategy in (StudyStrategy[])[StudyStrategy.BestOfTopK, StudyStrategy.WeightedAverage, StudyStrategy.Mixture, StudyStrategy.Racing])
        {
            Add(lines, StudyChoice.Best(study, findings, row => row.Strategy == strategy), row => Kept(findings, row));
        }

        foreach (StudyCorrelation row in findings.Correlations.Where(row => row.Target is null && double.IsFinite(row.Pearson)))
        {
            lines.Add(
                $"Similarity ({StudyText.Of(row.Similarity)}) and reduction over all targets: r = {NumberText.Of(row.Pearson, "F2")}{StudyText.Interval(row.PearsonInterval, "F2", " ")}{P(row.PearsonP)}, " +
                $"ρ = {NumberText.Of(row.Spearman, "F2")}{StudyText.Interval(row.SpearmanInterval, "F2", " ")}{P(row.SpearmanP)}; {StudyText.Count(row.Points, "point")}{(double.IsNaN(row.PearsonP) ? ", too few for a verdict" : "")}.");
        }

        if (LeftOut(findings) is { Length: > 0 } leftOut)
        {
            lines.Add($"Left out, because the source is, holds or has examples of the target: {leftOut}. Methods that begin with it are compared with prompt tuning on the other targets.");
        }

        if (StudyText.WithoutError(study, findings) is { Length: > 0 } perfect)
        {
            lines.Add(perfect);
        }

        if (study.Missing > 0)
        {
            lines.Add($"Not finished: {StudyText.Count(study.Missing, "run")} missing. Numbers that need them are marked –; rows that rest on fewer runs say on how many.");
        }

        return lines;
    }

    /// <summary>What the words and signs of a report mean.</summary>
    internal static string[] Legend(StudyResult study) =>
    [
        "score ± deviation: the mean over the targets for each seed, then the mean and the standard deviation over the seeds.",
        "[low, high]: where the mean would lie with other targets and seeds like these, in 95 of 100 cases (bootstrap over targets and seeds). An interval that holds 0 tells no effect.",
        "relative change: the share of the error without transfer that a strategy removes, (after − before) / (100 − before).",
        "average token: the similarity of two prompts is the cosine of their mean rows; per token: the mean cosine of every row of one with every row of the other.",
        "best of top-k: the target is tuned from each of the k most similar source prompts, and the best run on validation examples counts. Oracle: the same from all of them. Runs that are equally good on validation examples count with their mean.",
        "search saved: the share of source prompts that need no run on the target. Steps, % of oracle: tuning steps on the target, its embedding included, of those of the whole search.",
        "Controls: best of restarts is the best run without transfer of all seeds; more steps, no transfer is one longer run; a prompt at random is the mean of all source prompts.",
        "over restarts: the change against what to expect of the best, on validation examples, of as many runs without transfer as cost the same steps on a target (their number in brackets; \"5 of 7\" where the study has only 5 of the 7 that would).",
        "Methods: prompt tuning begins from scratch, transfer from the prompts of one source (with several prompts of it, the mean of their runs), model tuning tunes all weights. Changes are against prompt tuning on the same targets and seeds.",
        "p: how often a correlation as strong comes out when the tasks are exchanged at random (Mantel's test); no p and no line on fewer than ten points.",
        $"Validation examples choose: the checkpoint of a run and the best of several runs{(study.Test is null ? ", so that the scores here are a little too good" : ", and the strategies and sources that are named, also where test scores are given")}.",
    ];

    private static string LeftOut(StudyFindings findings)
    {
        (string Source, string Target)[] pairs = [.. findings.Methods.Where(row => row.Method == StudyMethod.Transfer)
            .SelectMany(row => row.Suites.SelectMany(suite => suite.LeftOut).Distinct().Select(target => (row.Source!, target)))];
        string[] own = pairs.Any(pair => pair.Source == pair.Target) ? ["every task from itself"] : [];
        return string.Join("; ", [.. own, .. pairs.Where(pair => pair.Source != pair.Target).GroupBy(pair => pair.Source).Select(pair => $"{pair.Key} → {string.Join(", ", pair.Select(one => one.Target))}")]);
    }

    private static string P(double p) => double.IsNaN(p) ? "" : $" ({NumberText.PValue(p)})";

    private static void Add(List<string> lines, SearchSpaceRow? row, Func<SearchSpaceRow, string> sentence)
    {
        if (row is not null && double.IsFinite(row.Score.Mean))
        {
            lines.Add(sentence(row));
        }
    }

    private static string Kept(StudyFindings findings, SearchSpaceRow row)
    {
        string share = StudyText.OracleGains(findings) && row.Absolute.Mean > 0 ? $", {NumberText.Of(row.ShareOfOracleGain, "F0")} % of the oracle's gain," : "";
        string cost = double.IsFinite(row.ShareOfOracleSteps)
            ? $" for {NumberText.Of(row.ShareOfOracleSteps, "F1")} % of the oracle's steps"
            : double.IsFinite(row.SearchSpaceSaved) ? $" for {NumberText.Of(100 - row.SearchSpaceSaved, "F0")} % of the oracle's runs"
            : double.IsFinite(row.Steps) ? $" for {NumberText.Of(row.Steps, "#,0")} steps on a target" : "";
        string checkedToo = findings.TableWithNoTransfer.FirstOrDefault(other => (other.Strategy, other.K, other.Similarity) == (row.Strategy, row.K, row.Similarity)) is { } with
            ? $" With no transfer as one more candidate it {StudyText.GainOrLoss(with)}." : "";
        return $"{Capital(StudyText.Name(row))} {StudyText.GainOrLoss(row)}{share}{cost}.{checkedToo}";
    }

    private static string Capital(string text) => $"{char.ToUpperInvariant(text[0])}{text[1..]}";
}
