using System.Globalization;
using Spectre.Console;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Samples.TransferStudy;

/// <summary>Prints the study's main table.</summary>
internal static class Summary
{
    public static void Write(StudyResult study)
    {
        StudyFindings findings = study.Test ?? study.Validation;
        Table table = new Table().RoundedBorder()
            .Title($"{(study.Test is null ? "validation" : "test")} score, mean over {study.Targets.Count} targets and {study.TargetSeeds.Count} seeds")
            .AddColumn("strategy").AddColumn(Right("score")).AddColumn(Right("change")).AddColumn(Right("95 %")).AddColumn(Right("error −%")).AddColumn(Right("runs")).AddColumn(Right("steps %"));
        int outcomes = findings.Table.Max(row => row.Outcomes);
        foreach (SearchSpaceRow row in findings.Table)
        {
            string covered = row.Outcomes > 0 && row.Outcomes < outcomes ? $" ({row.Outcomes} of {outcomes} runs)" : "";
            table.AddRow(Name(row) + covered, Number(row.Score.Mean), Number(row.Absolute.Mean), Interval(row), Number(row.Relative.Mean), Number(row.Tunings), Number(row.ShareOfOracleSteps));
        }

        AnsiConsole.Write(table);
        AnsiConsole.Write(Methods(study, findings));
        if (study.Missing > 0)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{study.Missing} units are missing[/]; what needs them is not in the numbers.");
        }
    }

    // The paper's first table.
    private static Table Methods(StudyResult study, StudyFindings findings)
    {
        Table table = new Table().RoundedBorder().Title($"methods, {(study.Test is null ? "validation" : "test")} score ± deviation over seeds").AddColumn("method");
        foreach (StudySuite suite in study.Suites)
        {
            table.AddColumn(Right(suite.Name)).AddColumn(Right("change")).AddColumn(Right("95 %")).AddColumn(Right("targets"));
        }

        foreach (MethodRow row in findings.Methods)
        {
            table.AddRow([Markup.Escape(Name(row)), .. study.Suites.Zip(row.Suites).SelectMany(suite => new[]
            {
                $"{Number(suite.Second.Score.Mean)}{(double.IsFinite(suite.Second.Score.Deviation) ? $" ± {Number(suite.Second.Score.Deviation)}" : "")}",
                row.Method == StudyMethod.PromptTuning ? "" : Number(suite.Second.Change.Mean),
                row.Method == StudyMethod.PromptTuning || double.IsNaN(suite.Second.ChangeInterval.Low)
                    ? "" : string.Create(CultureInfo.InvariantCulture, $"{suite.Second.ChangeInterval.Low:F1} … {suite.Second.ChangeInterval.High:F1}"),
                $"{suite.First.Targets.Count - suite.Second.LeftOut.Count} of {suite.First.Targets.Count}",
            })]);
        }

        return table;
    }

    private static string Name(MethodRow row) => row.Method switch
    {
        StudyMethod.FewShot => "few-shot",
        StudyMethod.PromptTuning => "prompt tuning",
        StudyMethod.LongerPromptTuning => $"prompt tuning, {row.Steps} steps",
        StudyMethod.Transfer => $"transfer from {row.Source}",
        StudyMethod.ModelTuning => "model tuning",
        _ => $"multi-task model tuning, {row.Source}",
    };

    private static TableColumn Right(string name) => new TableColumn(name).RightAligned();

    private static string Number(double value) => double.IsNaN(value) ? "–" : value.ToString("F1", CultureInfo.InvariantCulture);

    private static string Interval(SearchSpaceRow row) => double.IsNaN(row.AbsoluteInterval.Low) || row.Strategy == StudyStrategy.Baseline
        ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.AbsoluteInterval.Low:F1} … {row.AbsoluteInterval.High:F1}");

    private static string Name(SearchSpaceRow row)
    {
        string name = row.Strategy switch
        {
            StudyStrategy.BestOfTopK => $"best of top {row.K}",
            StudyStrategy.Racing => row.K is null ? "racing of all" : $"racing of top {row.K}",
            StudyStrategy.WeightedAverage => $"average of top {row.K}",
            StudyStrategy.Mixture => $"mixture of top {row.K}",
            StudyStrategy.Oracle => "oracle",
            StudyStrategy.Restarts => $"best of {row.K} restarts",
            StudyStrategy.LongBaseline => string.Create(CultureInfo.InvariantCulture, $"{row.Steps:F0} steps, no transfer"),
            StudyStrategy.RandomPrompt => "a prompt at random",
            _ => "no transfer",
        };
        return row.Similarity switch
        {
            PromptSimilarity.AverageToken => $"{name}, average token",
            PromptSimilarity.PerToken => $"{name}, per token",
            PromptSimilarity.AverageDisplacement => $"{name}, average displacement",
            PromptSimilarity.PerTokenDisplacement => $"{name}, per-token displacement",
            PromptSimilarity.ActivatedNeurons => $"{name}, activated neurons",
            _ => name,
        };
    }
}
