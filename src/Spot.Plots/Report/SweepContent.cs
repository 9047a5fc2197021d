using System.Text;
using Spot.Plots.Drawing;
using Spot.Studies;

namespace Spot.Plots.Report;

/// <summary>Methods against parameters, in pictures and in words.</summary>
internal sealed class SweepContent
{
    private readonly SweepStudy[] _studies;
    private readonly bool _test;
    private readonly (StudyMethod Method, string? Source, int? Steps)[] _methods;

    internal SweepContent(IReadOnlyList<SweepStudy> studies)
    {
        _studies = [.. studies.OrderBy(study => study.Parameters)];
        Check();
        _test = _studies.All(study => study.Result.Test is not null);
        _methods = [.. Methods()];
    }

    /// <summary>The suites of all studies.</summary>
    internal IReadOnlyList<StudySuite> Suites => _studies[0].Result.Suites;

    internal Figure Draw(string? name)
    {
        int suite = name is null ? 0 : Array.FindIndex([.. Suites], one => one.Name == name);
        if (suite < 0)
        {
            throw new ArgumentException($"Found the suite '{name}', expected one of {string.Join(", ", Suites.Select(one => $"'{one.Name}'"))}.", nameof(name));
        }

        return new CurveChart
        {
            Title = Suites.Count == 1 ? "Methods against the size of the model" : $"Methods against the size of the model: {Suites[suite].Name}",
            Subtitle = $"Mean score on {(_test ? "test" : "validation")} examples of {StudyText.Count(Suites[suite].Targets.Count, "target")}; bars: the deviation over seeds. {Choice()}".TrimEnd(),
            XLabel = "parameters",
            YLabel = "score",
            Logarithmic = true,
            Series = Series(suite),
        }.Draw();
    }

    /// <summary>A curve for each method; the first has the models' names.</summary>
    internal IReadOnlyList<CurveSeries> Series(int suite) =>
        [.. _methods.Select((method, i) => new CurveSeries(Name(method) + Targets(method, suite), [.. _studies.Select(study => Point(study, method, suite, named: i == 0))]))];

    internal string ToMarkdown()
    {
        StringBuilder text = new($"# Methods against the size of the model\n\nOn {(_test ? "test" : "validation")} examples: score ± the deviation over seeds, [95 % over targets and seeds], and the change against prompt tuning of the same model. {Choice()}".TrimEnd() + "\n");
        foreach ((int i, StudySuite suite) in Suites.Index())
        {
            text.Append($"\n## {suite.Name}\n\n").Append(new ReportTable(
                ["method", .. _studies.Select(study => $"{study.Name} ({NumberText.Of(study.Parameters, "#,0")} parameters)")],
                [.. _methods.Select(method => (string[])[Name(method), .. _studies.Select(study => Cell(study, method, suite, i))])],
                texts: 1).ToMarkdown());
        }

        return text.ToString();
    }

    private static string Cell(SweepStudy study, MethodRow? row, StudySuite suite, int index) => row is null ? NumberText.None :
        StudyText.Spread(row.Suites[index].Score) + StudyText.Interval(row.Suites[index].Interval, "F1", " ")
        + (row.Method == StudyMethod.PromptTuning ? "" : $", {StudyText.Change(row.Suites[index].Change.Mean, row.Suites[index].ChangeInterval)}")
        + StudyText.Coverage(study.Result, suite, row.Suites[index]);

    private string Cell(SweepStudy study, (StudyMethod, string?, int?) method, StudySuite suite, int index) => Cell(study, Row(Findings(study, _test), method), suite, index);

    // A method of which runs are missing is at no place that the others could be compared with.
    private CurvePoint Point(SweepStudy study, (StudyMethod, string?, int?) method, int suite, bool named)
    {
        MethodScore? score = Row(Findings(study, _test), method)?.Suites[suite];
        return score is null or { Missing: > 0 }
            ? new CurvePoint(study.Parameters, double.NaN)
            : new CurvePoint(study.Parameters, score.Score.Mean, score.Score.Mean - score.Score.Deviation, score.Score.Mean + score.Score.Deviation, named ? study.Name : null);
    }

    // In the order of the rows; of single tasks as sources the one that validation chooses.
    private IEnumerable<(StudyMethod, string?, int?)> Methods()
    {
        (StudyMethod Method, string? Source, int? Steps)[] all = [.. _studies.SelectMany(study => study.Result.Validation.Methods).Select(Key).Distinct()];
        (StudyMethod, string?, int?)[] tasks = [.. all.Where(IsFromTask)];
        (StudyMethod, string?, int?)? best = tasks.Where(method => double.IsFinite(Change(method))).Cast<(StudyMethod, string?, int?)?>().DefaultIfEmpty().MaxBy(method => method is { } one ? Change(one) : double.NaN);
        return all.Where(method => !IsFromTask(method) || method == best).OrderBy(method => method.Method);
    }

    private double Change((StudyMethod, string?, int?) method) =>
        _studies.Average(study => Row(study.Result.Validation, method)?.Suites[0] is { Missing: 0 } score ? score.Change.Mean : double.NaN);

    private bool IsFromTask((StudyMethod Method, string? Source, int? Steps) method) =>
        method.Method == StudyMethod.Transfer && !_studies.Any(study => study.Result.SourceMixtures.ContainsKey(method.Source!));

    private string Choice() => _methods.Any(IsFromTask)
        ? $"Of transfers from single tasks the one that is best on validation examples{(Suites.Count > 1 ? $" of {Suites[0].Name}" : "")}."
        : "";

    private string Name((StudyMethod, string?, int?) method) => _studies.Select(study => (study.Result, Row: Row(study.Result.Validation, method)))
        .Where(found => found.Row is not null).Select(found => StudyText.Name(found.Result, found.Row!)).First();

    // Scores on fewer targets stand beside those on all of them: the legend says so.
    private string Targets((StudyMethod, string?, int?) method, int suite)
    {
        int all = Suites[suite].Targets.Count, leftOut = _studies.Max(study => Row(Findings(study, _test), method)?.Suites[suite].LeftOut.Count ?? 0);
        return leftOut == 0 ? "" : $" ({all - leftOut} of {StudyText.Count(all, "target")})";
    }

    private static StudyFindings Findings(SweepStudy study, bool test) => test ? study.Result.Test! : study.Result.Validation;

    private static MethodRow? Row(StudyFindings findings, (StudyMethod, string?, int?) method) => findings.Methods.FirstOrDefault(row => Key(row) == method);

    private static (StudyMethod, string?, int?) Key(MethodRow row) => (row.Method, row.Source, row.Steps);

    private void Check()
    {
        if (_studies.Length == 0)
        {
            throw new ArgumentException("Found no study, expected at least one.");
        }

        if (_studies.FirstOrDefault(study => study.Parameters < 1) is { } none)
        {
            throw new ArgumentException($"Found {none.Parameters} parameters of '{none.Name}', expected a number above 0.");
        }

        if (_studies.GroupBy(study => study.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Found two studies of the name '{twice.Key}', expected distinct ones.");
        }

        if (Suites.Count == 0)
        {
            throw new ArgumentException($"The study of '{_studies[0].Name}' has no suite of targets, so no table of methods.");
        }

        foreach (SweepStudy study in _studies)
        {
            if (Text(study) != Text(_studies[0]))
            {
                throw new ArgumentException($"Found studies on different targets: '{_studies[0].Name}' on {Text(_studies[0])}, '{study.Name}' on {Text(study)}. Expected the same suites of the same targets.");
            }
        }
    }

    private static string Text(SweepStudy study) => string.Join("; ", study.Result.Suites.Select(suite => $"{suite.Name} of {string.Join(", ", suite.Targets)}"));
}
