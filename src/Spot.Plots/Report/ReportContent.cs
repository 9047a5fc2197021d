using System.Text;
using Spot.Studies;
using Spot.Transfer;

namespace Spot.Plots.Report;

/// <summary>The parts of a study's report in their order: what it comes to, test scores, validation scores, similarities.</summary>
internal sealed class ReportContent
{
    private const string HowToRead = "How to read this", MethodsName = "Methods";
    private readonly StudyResult _study;
    private readonly string _title;
    private readonly string? _description;
    private readonly IReadOnlyList<(string Name, string Value)> _facts;
    private readonly List<(string Heading, StudyFindings Findings, List<(string Name, Figure Figure)> Figures)> _parts = [];
    private readonly List<(string Name, Figure Figure)> _similarities;

    internal ReportContent(StudyResult study, string title, string? description, IReadOnlyList<(string Name, string Value)>? facts)
    {
        _study = study;
        _title = title;
        _description = description;
        _facts = facts ?? [];
        if (study.Sources.Count == 0)
        {
            _similarities = [];
            return;
        }

        _similarities = [.. study.Similarities.Select(similarity => ($"similarity-{FileName(similarity)}", StudyFigures.Similarities(similarity)))];
        if (study.Test is { } test)
        {
            _parts.Add(("On test examples", test, FiguresOf(test, "test-")));
        }

        _parts.Add(("On validation examples, which choose", study.Validation, FiguresOf(study.Validation, "")));
    }

    /// <summary>All figures with their file names.</summary>
    internal IEnumerable<(string Name, Figure Figure)> Figures => _similarities.Concat(_parts.SelectMany(part => part.Figures));

    internal string ToMarkdown()
    {
        StringBuilder text = new($"# {_title}\n\n**{StudyReading.Conclusion(_study)}**\n\n{Description()}\n");
        text.Append(_facts.Count > 0 ? "\n" : "").AppendJoin("", _facts.Select(fact => $"- {fact.Name}: `{fact.Value}`\n"));
        foreach ((string heading, StudyFindings findings, _) in _parts)
        {
            text.Append($"\n## {heading}\n\n");
            text.AppendJoin("", StudyReading.Of(_study, findings).Select(line => $"- {line}\n"));
            foreach ((string name, ReportTable table) in Tables(findings))
            {
                text.Append($"\n### {name}\n\n{table.ToMarkdown()}");
            }
        }

        foreach (SettingTable settings in _study.Settings)
        {
            text.Append($"\n## {Heading(settings)}\n\n{settings.ToMarkdown()}");
        }

        return _parts.Count == 0 ? text.ToString() : text.Append($"\n## {HowToRead}\n\n").AppendJoin("", StudyReading.Legend(_study).Select(line => $"- {line}\n")).ToString();
    }

    internal string ToHtml()
    {
        HtmlPage page = new(_title);
        page.Lead(StudyReading.Conclusion(_study));
        page.Paragraph(Description());
        page.Facts(_facts);
        if (_parts.Count > 0)
        {
            page.Details(HowToRead, StudyReading.Legend(_study));
        }

        foreach ((string heading, StudyFindings findings, List<(string Name, Figure Figure)> figures) in _parts)
        {
            page.Heading(heading);
            page.List(StudyReading.Of(_study, findings));
            (string Name, ReportTable Table)[] tables = [.. Tables(findings)];
            page.Table(tables[0].Table);
            if (findings.Methods.Count > 0)
            {
                page.Paragraph(MethodsName);
                page.Table(StudyTables.Methods(_study, findings));
            }

            figures.ForEach(figure => page.Figure(figure.Figure));
            foreach ((string name, ReportTable table) in tables[1..].Where(table => table.Name != MethodsName))
            {
                page.Details(name, table);
            }
        }

        foreach (SettingTable settings in _study.Settings)
        {
            page.Heading(Heading(settings));
            if (_parts.Count > 0)
            {
                page.Paragraph(settings.Choice()); // of a sweep it is what the page begins with
            }

            page.Table(StudyTables.Settings(settings));
        }

        if (_similarities.Count > 0)
        {
            page.Heading("Similarity of the tasks");
        }

        for (int i = 0; i < _similarities.Count; i++)
        {
            StudySimilarity similarity = _study.Similarities[i];
            page.Figure(_similarities[i].Figure);
            page.Details("The numbers", StudyTables.Matrix("task", similarity.Tasks, similarity.Tasks, similarity.TaskMatrix, "F3"));
        }

        return page.ToString();
    }

    private List<(string Name, Figure Figure)> FiguresOf(StudyFindings findings, string prefix)
    {
        bool transfers = HasTransfers(findings);
        List<(string, Figure)> figures = transfers ? [($"{prefix}reductions", StudyFigures.Reductions(_study, findings))] : [];
        figures.Add(($"{prefix}gain-by-runs", StudyFigures.GainByRuns(_study, findings)));
        if (StudyFigures.GainBySteps(_study, findings) is { } steps)
        {
            figures.Add(($"{prefix}gain-by-steps", steps));
        }

        if (StudyFigures.ScoreByCost(_study, findings) is { } costs)
        {
            figures.Add(($"{prefix}score-by-cost", costs));
        }

        if (transfers)
        {
            figures.AddRange(_study.Similarities.Select(similarity => ($"{prefix}prediction-{FileName(similarity)}", StudyFigures.Prediction(_study, findings, similarity))));
        }

        return figures;
    }

    private IEnumerable<(string Name, ReportTable Table)> Tables(StudyFindings findings) =>
    [
        ("Search space and quality", StudyTables.SearchSpace(_study, findings)),
        .. findings.Methods.Count > 0 ? [(MethodsName, StudyTables.Methods(_study, findings))] : Array.Empty<(string, ReportTable)>(),
        .. findings.TableWithNoTransfer.Any(row => row.Outcomes > 0) ? [("With no transfer as one more candidate", StudyTables.WithNoTransfer(findings))] : Array.Empty<(string, ReportTable)>(),
        ("What a target costs where the library serves N targets", StudyTables.Costs(findings)),
        .. findings.Scores.Strategies.Count > 0 ? [("Averages and mixtures on each target, change", StudyTables.Strategies(_study, findings))] : Array.Empty<(string, ReportTable)>(),
        .. !HasTransfers(findings) ? Array.Empty<(string, ReportTable)>() :
        [
            ("Targets", StudyTables.Targets(_study, findings)),
            ("Does similarity predict transfer?", StudyTables.Correlations(findings)),
            ("Relative error reduction, %", StudyTables.Matrix("source", _study.Sources, _study.Targets, findings.Reductions, "F1")),
        ],
    ];

    // A plan may leave out the run of every target from every source prompt.
    private static bool HasTransfers(StudyFindings findings) => findings.Table.Any(row => row.Strategy == StudyStrategy.Oracle);

    private static string Heading(SettingTable settings) => $"Settings on {settings.Target}";

    private string Description() => _study.Sources.Count == 0
        ? $"{StudyText.Count(_study.Settings[0].Rows.Count, "setting")}, {StudyText.Count(_study.Targets.Count, "target task")}, {StudyText.Count(_study.TargetSeeds.Count, "seed")}: mean ± deviation over the seeds. {_description}".TrimEnd()
        : $"{StudyText.Count(_study.Sources.Count - _study.SourceMixtures.Count, "source task")}{Mixtures()} in {StudyText.Count(_study.SourceSeeds.Count, "run")} each, " +
        $"{StudyText.Count(_study.Targets.Count, "target task")}, {StudyText.Count(_study.TargetSeeds.Count, "seed")}. {_description}".TrimEnd();

    private string Mixtures() => _study.SourceMixtures.Count == 0 ? "" :
        $" and {StudyText.Count(_study.SourceMixtures.Count, "mixture")} ({string.Join("; ", _study.SourceMixtures.Select(mixture => $"{mixture.Key} of {string.Join(", ", mixture.Value)}"))})";

    private static string FileName(StudySimilarity similarity) => StudyText.Of(similarity.Similarity).Replace(' ', '-');
}
