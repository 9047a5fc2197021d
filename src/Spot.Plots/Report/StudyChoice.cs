using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots.Report;

/// <summary>What validation scores choose, whatever scores are reported: what is chosen by the reported ones looks better than it is.</summary>
internal static class StudyChoice
{
    /// <summary>The best row of some, among those that rest on all runs.</summary>
    internal static SearchSpaceRow? Best(StudyResult study, StudyFindings findings, Func<SearchSpaceRow, bool> among) =>
        study.Validation.Table.Zip(findings.Table)
            .Where(rows => among(rows.Second) && double.IsFinite(rows.First.Score.Mean) && StudyText.IsComplete(study.Validation, rows.First) && StudyText.IsComplete(findings, rows.Second))
            .DefaultIfEmpty().MaxBy(rows => rows.First?.Score.Mean).Second;

    /// <summary>The source that reduces a target's error most, and by how much in per cent: of several equal ones all, and their mean.</summary>
    internal static (string Name, double Reduction)? BestSource(StudyResult study, StudyFindings findings, int target)
    {
        double[] chosen = [.. study.Validation.Reductions.Select(source => source[target])];
        double best = chosen.Where(value => !double.IsNaN(value)).DefaultIfEmpty(double.NaN).Max();
        int[] sources = [.. Enumerable.Range(0, chosen.Length).Where(source => chosen[source] == best)];
        return sources.Length == 0 ? null : (string.Join(", ", sources.Select(source => study.Sources[source])), sources.Average(source => findings.Reductions[source][target]));
    }
}
