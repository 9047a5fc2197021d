using Spot.Plots.Drawing;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots.Report;

/// <summary>The tables of a study.</summary>
internal static class StudyTables
{
    private static readonly string[] ShareAlone = ["share of oracle's gain, %"], BesideTest = ["change on validation", "share of oracle's gain there, %"];
    private static readonly double[] Served = [1, 10, 100, double.PositiveInfinity];

    /// <summary>Search spaces and quality (SPoT, table 3); of test scores with what the validation scores say beside them.</summary>
    internal static ReportTable SearchSpace(StudyResult study, StudyFindings findings)
    {
        bool test = ReferenceEquals(findings, study.Test);
        return new ReportTable(
            [
                "strategy", "similarity", "k", "score", "change", "over restarts", "relative change, %", "target runs", "search saved, %", "steps, % of oracle",
                .. test ? BesideTest : ShareAlone,
            ],
            [.. findings.Table.Zip(study.Validation.Table).Select(rows => SearchSpaceRow(findings, rows.First, test ? rows.Second : null, StudyText.OracleGains(study.Validation)))],
            texts: 2);
    }

    /// <summary>The searches with no transfer as one more candidate.</summary>
    internal static ReportTable WithNoTransfer(StudyFindings findings) => new(
        ["strategy", "similarity", "k", "score", "change", "over restarts", "steps on a target"],
        [.. findings.TableWithNoTransfer.Where(row => row.Outcomes > 0).Select(row => (string[])
        [
            .. Names(findings, row), StudyText.Spread(row.Score), StudyText.Change(row.Absolute.Mean, row.AbsoluteInterval), OverRestarts(row), NumberText.Of(row.Steps, "#,0"),
        ])],
        texts: 2);

    /// <summary>The methods (SPoT, table 1): of every suite the score and the change against prompt tuning.</summary>
    internal static ReportTable Methods(StudyResult study, StudyFindings findings) => new(
        ["method", .. study.Suites.SelectMany(suite => study.Suites.Count == 1 ? ["score", "change"] : new[] { $"{suite.Name}: score", $"{suite.Name}: change" })],
        [.. findings.Methods.Select(row => (string[])[StudyText.Name(study, row), .. study.Suites.Zip(row.Suites).SelectMany(suite => new[]
        {
            StudyText.Spread(suite.Second.Score) + StudyText.Interval(suite.Second.Interval, "F1", " ") + StudyText.Coverage(study, suite.First, suite.Second),
            row.Method == StudyMethod.PromptTuning ? "" : StudyText.Change(suite.Second.Change.Mean, suite.Second.ChangeInterval),
        })])],
        texts: 1);

    /// <summary>The settings that were tried, with their scores.</summary>
    internal static ReportTable Settings(SettingTable settings) => new(
        ["setting", "validation", .. settings.Rows.Any(row => row.Test is not null) ? ["test"] : Array.Empty<string>()],
        [.. settings.Rows.Select(row => (string[])
        [
            row.Name + (settings.IsChosen(row) ? " (chosen)" : "") + (row.Missing > 0 ? $" ({StudyText.Count(row.Missing, "run")} missing)" : ""),
            SettingTable.Spread(row.Validation), .. row.Test is { } test ? [SettingTable.Spread(test)] : Array.Empty<string>(),
        ])],
        texts: 1);

    /// <summary>What a target's run costs in all, by how many targets the library serves.</summary>
    internal static ReportTable Costs(StudyFindings findings) => new(
        ["strategy", "similarity", "k", "score", .. Served.Select(targets => double.IsFinite(targets) ? $"steps, N = {NumberText.Of(targets, "F0")}" : "steps, N = ∞")],
        [.. findings.Table.Where(row => row.Outcomes > 0).Select(row => (string[])
        [
            .. Names(findings, row), StudyText.Spread(row.Score), .. Served.Select(targets => NumberText.Of(row.StepsWhereLibraryServes(targets), "#,0")),
        ])],
        texts: 2);

    /// <summary>Pearson and Spearman of similarity and reduction.</summary>
    internal static ReportTable Correlations(StudyFindings findings) => new(
        ["similarity", "target", "points", "Pearson r", "95 %", "p", "Spearman ρ", "95 %", "p"],
        [.. findings.Correlations.Select(row => (string[])
        [
            StudyText.Of(row.Similarity), row.Target ?? "all targets", NumberText.Of(row.Points, "F0"),
            NumberText.Of(row.Pearson, "F2"), StudyText.Interval(row.PearsonInterval, "F2"), P(row.PearsonP),
            NumberText.Of(row.Spearman, "F2"), StudyText.Interval(row.SpearmanInterval, "F2"), P(row.SpearmanP),
        ])],
        texts: 2);

    /// <summary>The targets' scores without transfer and what the source task gives them that is best on validation examples.</summary>
    internal static ReportTable Targets(StudyResult study, StudyFindings findings)
    {
        List<string[]> rows = [];
        for (int target = 0; target < study.Targets.Count; target++)
        {
            double[] column = [.. findings.Reductions.Select(source => source[target])];
            (string Name, double Reduction)? best = StudyChoice.BestSource(study, findings, target);
            rows.Add(
            [
                study.Targets[target], StudyText.Spread(ScoreSpread.Of([.. findings.Scores.Baseline[target]])),
                best?.Name ?? NumberText.None, best is { } source ? NumberText.Signed(source.Reduction, "F1") : NumberText.None,
                NumberText.Of(column.Count(value => value > 0), "F0") + " of " + NumberText.Of(column.Count(value => !double.IsNaN(value)), "F0"),
                NumberText.Of(findings.WithoutError[target], "F0"),
            ]);
        }

        return new ReportTable(["target", "no transfer", "best source on validation", "its reduction, %", "sources that help", "runs without error"], rows, texts: 1);
    }

    /// <summary>What averages and mixtures change on each target, mean and deviation over the seeds.</summary>
    internal static ReportTable Strategies(StudyResult study, StudyFindings findings) => new(
        ["target", "no transfer", .. findings.Scores.Strategies.Select(strategy => StudyText.Of(strategy.Strategy, strategy.Similarity, strategy.K))],
        [.. study.Targets.Select((name, target) => (string[])
        [
            name, StudyText.Spread(ScoreSpread.Of([.. findings.Scores.Baseline[target]])),
            .. findings.Scores.Strategies.Select(strategy => Change([.. strategy.Scores[target].Zip(findings.Scores.Baseline[target], (after, before) => after - before)])),
        ])],
        texts: 1);

    /// <summary>A matrix by names; the numbers behind a heat map.</summary>
    internal static ReportTable Matrix(string corner, IReadOnlyList<string> rows, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<double>> values, string format) => new(
        [corner, .. columns],
        [.. rows.Select((name, i) => (string[])[name, .. values[i].Select(value => NumberText.Of(value, format))])],
        texts: 1);

    private static string[] SearchSpaceRow(StudyFindings findings, SearchSpaceRow row, SearchSpaceRow? validation, bool oracleGains)
    {
        bool baseline = row.Strategy == StudyStrategy.Baseline;
        string share = baseline ? "" : oracleGains ? NumberText.Of((validation ?? row).ShareOfOracleGain, "F0") : NumberText.None;
        return
        [
            .. Names(findings, row),
            StudyText.Spread(row.Score),
            baseline ? "" : StudyText.Change(row.Absolute.Mean, row.AbsoluteInterval),
            OverRestarts(row),
            baseline ? "" : StudyText.Change(row.Relative.Mean, row.RelativeInterval),
            NumberText.Of(row.Tunings, row.Tunings % 1 == 0 ? "F0" : "F1"),
            NumberText.Of(row.SearchSpaceSaved, "F0"),
            NumberText.Of(row.ShareOfOracleSteps, "F1"),
            .. validation is null ? [share] : new[] { baseline ? "" : StudyText.Change(validation.Absolute.Mean, validation.AbsoluteInterval), share },
        ];
    }

    private static string[] Names(StudyFindings findings, SearchSpaceRow row) =>
    [
        StudyText.Name(row.Strategy, row.Similarity) + StudyText.Coverage(findings, row),
        row.Similarity is { } similarity ? StudyText.Of(similarity) : "", row.K is { } k ? NumberText.Of(k, "F0") : "",
    ];

    // With how many restarts there are, of how many it would take to cost as much.
    private static string OverRestarts(SearchSpaceRow row) => row is { Outcomes: > 0, OverRestarts: { } over }
        ? $"{StudyText.Change(over.Mean, over.Interval)} ({NumberText.Of(over.Restarts, "F0")}{(over.Restarts < over.AsDear ? $" of {NumberText.Of(over.AsDear, "F0")}" : "")})" : "";

    private static string Change(double[] changes)
    {
        double[] known = [.. changes.Where(change => !double.IsNaN(change))];
        return known.Length == 0 ? NumberText.None : StudyText.Change(ScoreSpread.Of(known));
    }

    private static string P(double p) => p < 0.001 ? "< 0.001" : NumberText.Of(p, "F3");
}
