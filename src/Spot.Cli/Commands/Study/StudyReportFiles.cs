using Spot.Plots;
using Spot.Studies;

namespace Spot.Cli;

/// <summary>What the commands of studies say of a result.</summary>
internal static class StudyReportFiles
{
    /// <summary>Writes the report and says what was found.</summary>
    public static void Write(Call call, StudyResult result, string folder, string description)
    {
        IReadOnlyList<string> files = StudyReport.Write(result, folder, description: description);
        call.Result(
            new
            {
                result.Sources,
                result.Targets,
                result.SourceSeeds,
                result.TargetSeeds,
                result.Missing,
                report = files[0],
                table = (result.Test ?? result.Validation).Table.Select(row => new { row.Strategy, row.K, row.Similarity, score = row.Score.Mean, change = row.Absolute.Mean, row.Outcomes }),
            },
            () => call.Say(result.ToString()));
        call.Say($"The report is {files[0]}.");
    }
}
