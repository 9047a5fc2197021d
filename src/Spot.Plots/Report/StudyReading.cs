using Spot.Plots.Drawing;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots.Report;

/// <summary>The answers that a study gives, in sentences; only what the numbers say.</summary>
internal static class StudyReading
{
    internal static List<string> Of(StudyResult study, StudyFindings findings)
    {
        List<string> lines = [];
        double[] cells = [.. findings.Reductions.SelectMany(row => row).Where(value => !double.IsNaN(value))];
        if (cells.Length > 0)
        {
            int helps = cells.Count(value => value > 0);
            lines.Add($"{helps} of {StudyText.Count(cells.Length, "pair")} of a source and a target do better with transfer than without.");
        }

        Add(lines, findings.Table.FirstOrDefault(row => row.Strategy == StudyStrategy.Oracle), row =>
            $"The best of all sources (oracle) changes the mean score by {StudyText.Spread(row.Absolute, signed: true)} points, {StudyText.Spread(row.Relative, signed: true)} % of the error" +
            (StudyText.OracleGains(findings) ? "." : ": no gain beyond what the seeds differ by, so that there is nothing to take shares of."));
        foreach (StudyStrategy strategy in (StudyStrategy[])[StudyStrategy.BestOfTopK, StudyStrategy.WeightedAverage, StudyStrategy.Mixture, StudyStrategy.Racing])
        {
            Add(lines, Best(findings, strategy), row => Kept(row, StudyText.OracleGains(findings)));
        }

        foreach (StudyCorrelation row in findings.Correlations.Where(row => row.Target is null && double.IsFinite(row.Pearson)))
        {
            lines.Add(
                $"Similarity ({StudyText.Of(row.Similarity)}) and reduction over all targets: r = {NumberText.Of(row.Pearson, "F2")} ({NumberText.PValue(row.PearsonP)}), " +
                $"ρ = {NumberText.Of(row.Spearman, "F2")} ({NumberText.PValue(row.SpearmanP)}), {StudyText.Count(row.Points, "point")}.");
        }

        if (study.Missing > 0)
        {
            lines.Add($"Not finished: {StudyText.Count(study.Missing, "run")} missing. Numbers that need them are marked –; rows that rest on fewer runs say on how many.");
        }

        return lines;
    }

    private static SearchSpaceRow? Best(StudyFindings findings, StudyStrategy strategy) =>
        findings.Table.Where(row => row.Strategy == strategy && StudyText.IsComplete(findings, row)).MaxBy(row => row.Score.Mean);

    private static void Add(List<string> lines, SearchSpaceRow? row, Func<SearchSpaceRow, string> sentence)
    {
        if (row is not null && double.IsFinite(row.Score.Mean))
        {
            lines.Add(sentence(row));
        }
    }

    private static string Kept(SearchSpaceRow row, bool oracleGains)
    {
        string name = StudyText.Of(row.Strategy, row.Similarity).Replace("top-k", $"top-{row.K}", StringComparison.Ordinal);
        string share = oracleGains ? $", {NumberText.Of(row.ShareOfOracleGain, "F0")} % of the oracle's gain" : "";
        string cost = double.IsFinite(row.ShareOfOracleSteps)
            ? $" for {NumberText.Of(row.ShareOfOracleSteps, "F1")} % of the oracle's steps"
            : $" for {NumberText.Of(100 - row.SearchSpaceSaved, "F0")} % of the oracle's runs";
        return $"{char.ToUpperInvariant(name[0])}{name[1..]}: {StudyText.Spread(row.Absolute, signed: true)} points{share}{cost}.";
    }
}
