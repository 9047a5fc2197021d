using Spot.Plots.Report;
using Spot.Studies;
using Spot.Tests;

namespace Spot.Plots.Tests;

/// <summary>The same study on models of several sizes.</summary>
public class StudySweepTests
{
    [Fact]
    public void Writes_a_table_and_a_figure_of_every_suite()
    {
        using TempFolder folder = new();
        string[] files = [.. StudySweep.Write(Studies3(), folder.Path)];
        Assert.Equal([StudySweep.TableName, "sweep.png", "sweep.svg"], files.Select(Path.GetFileName));
        Assert.Equal(Directory.GetFiles(folder.Path).Order(), files.Order());
        string[] lines = File.ReadAllLines(files[0]);
        Assert.Contains("| method | tiny (8,000,000 parameters) | base (248,000,000 parameters) | large (783,000,000 parameters) |", lines); // by size
        Assert.Contains("| few-shot | 40.0 ± 0.5 [30.0, 50.0], −20.0 [−21.0, −19.0] | 60.0 ± 0.5 [50.0, 70.0], −20.0 [−21.0, −19.0] | 70.0 ± 0.5 [60.0, 80.0], −20.0 [−21.0, −19.0] |", lines);
        Assert.Contains("| prompt tuning | 60.0 ± 0.5 [50.0, 70.0] | 80.0 ± 0.5 [70.0, 90.0] | 90.0 ± 0.5 [80.0, 100.0] |", lines);

        StudySuite[] two = [new("first", ["a"]), new("rest", ["b"])];
        SweepStudy[] suites = [.. Studies3().Select(study => study with { Result = Both(study.Result, rows => rows with { Suites = [rows.Suites[0], rows.Suites[0]] }) with { Suites = two } })];
        files = [.. StudySweep.Write(suites, Path.Combine(folder.Path, "two"))];
        Assert.Equal([StudySweep.TableName, "sweep.png", "sweep.svg", "sweep-2.png", "sweep-2.svg"], files.Select(Path.GetFileName));
        Assert.Equal(["## first", "## rest"], File.ReadAllLines(files[0]).Where(line => line.StartsWith("##", StringComparison.Ordinal)));
        Assert.Contains("Methods against the size of the model: rest", StudySweep.Draw(suites, "rest").Title, StringComparison.Ordinal);
        Assert.Contains("the suite 'other', expected one of 'first', 'rest'", Assert.Throws<ArgumentException>(() => StudySweep.Draw(suites, "other")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_single_tasks_the_best_on_validation_is_shown_and_of_mixtures_all()
    {
        // The first source gains most; the last two are mixtures. On test examples another one is best.
        SweepStudy[] studies = [.. Studies3().Select(study => study with
        {
            Result = study.Result with
            {
                SourceMixtures = study.Result.Sources.Skip(2).ToDictionary(name => name, _ => (IReadOnlyList<string>)["x", "y"]),
                Test = study.Result.Test! with { Methods = [.. study.Result.Test!.Methods.Select(row => row.Source == study.Result.Sources[1] ? row with { Suites = [row.Suites[0] with { Change = new ScoreSpread(99, 1, 1) }] } : row)] },
            },
        })];
        string[] sources = [.. studies[0].Result.Sources];
        List<string> texts = Svg.Texts(StudySweep.Draw(studies).ToSvg());
        Assert.All([$"transfer from {sources[0]}", $"transfer from the mixture {sources[2]}", $"transfer from the mixture {sources[3]}", "few-shot", "prompt tuning", "prompt tuning, 2,000 steps", "model tuning"], name => Assert.Contains(name, texts));
        Assert.DoesNotContain($"transfer from {sources[1]}", texts);
        Assert.Contains("parameters", texts);
        Assert.Contains("best on validation examples", string.Join(' ', texts), StringComparison.Ordinal);
        Assert.Contains("test examples", string.Join(' ', texts), StringComparison.Ordinal);
        Assert.All(["tiny", "base", "large"], name => Assert.Contains(name, texts));
        Assert.Contains("1,000,000,000", texts); // a decade of the logarithmic axis
    }

    [Fact]
    public void What_is_not_whole_has_no_mark_and_the_table_says_so()
    {
        SweepStudy[] studies = Studies3();
        int marks = Marks(studies);
        Assert.Equal(3 * 5, marks); // few-shot, prompt tuning, longer, the best source, model tuning: no mixtures
        studies[1] = studies[1] with { Result = Both(studies[1].Result, row => row.Method != StudyMethod.ModelTuning ? row : row with { Suites = [row.Suites[0] with { Missing = 2, Outcomes = 7 }] }) };
        studies[0] = studies[0] with { Result = studies[0].Result with { Test = Without(studies[0].Result.Test!, StudyMethod.FewShot), Validation = Without(studies[0].Result.Validation, StudyMethod.FewShot) } };
        Assert.Equal(marks - 2, Marks(studies));
        using TempFolder folder = new();
        string[] lines = File.ReadAllLines(StudySweep.Write(studies, folder.Path)[0]);
        Assert.Contains("(7 of 9 runs)", lines.Single(line => line.StartsWith("| model tuning |", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.EndsWith(" | – |", lines.Single(line => line.StartsWith("| few-shot |", StringComparison.Ordinal)), StringComparison.Ordinal); // the largest

        static StudyFindings Without(StudyFindings findings, StudyMethod method) => findings with { Methods = [.. findings.Methods.Where(row => row.Method != method)] };
    }

    [Fact]
    public void The_legend_says_what_rests_on_fewer_targets()
    {
        SweepStudy[] studies = Studies3();
        string source = studies[0].Result.Sources[0], target = studies[0].Result.Targets[0];
        studies = [.. studies.Select(study => study with { Result = Both(study.Result, row => row.Source != source ? row : row with { Suites = [row.Suites[0] with { LeftOut = [target] }] }) })];
        Assert.Equal($"transfer from {source} (2 of 3 targets)", new SweepContent(studies).Series(0).Single(series => series.Name.StartsWith("transfer", StringComparison.Ordinal)).Name);
    }

    [Fact]
    public void Studies_that_cannot_be_compared_say_why()
    {
        SweepStudy[] studies = Studies3();
        foreach ((SweepStudy[] wrong, string what) in new (SweepStudy[], string)[]
        {
            ([], "no study"),
            ([studies[0] with { Parameters = 0 }], "Found 0 parameters of 'large'"),
            ([studies[0], studies[1] with { Name = "large" }], "two studies of the name 'large'"),
            ([studies[0] with { Result = studies[0].Result with { Suites = [] } }], "no suite"),
            ([studies[0], studies[1] with { Result = studies[1].Result with { Suites = [new StudySuite("all targets", ["x"])] } }], "'large' on all targets of x"),
        })
        {
            string message = Assert.Throws<ArgumentException>(() => StudySweep.Draw(wrong)).Message;
            Assert.Contains(what == "'large' on all targets of x" ? "on different targets" : what, message, StringComparison.Ordinal);
        }
    }

    private static int Marks(SweepStudy[] studies) => new SweepContent(studies).Series(0).Sum(series => series.Points.Count(point => double.IsFinite(point.Y)));

    internal static SweepStudy[] Studies3()
    {
        return [Study("large", 783_000_000, 20), Study("tiny", 8_000_000, -10), Study("base", 248_000_000, 10)];

        static SweepStudy Study(string name, long parameters, double gain) =>
            new(name, parameters, Both(Studies.Make(4, 3, test: true), row => Moved(row, gain)));
    }

    private static StudyResult Both(StudyResult study, Func<MethodRow, MethodRow> change) => study with
    {
        Validation = study.Validation with { Methods = [.. study.Validation.Methods.Select(change)] },
        Test = study.Test! with { Methods = [.. study.Test!.Methods.Select(change)] },
    };

    private static MethodRow Moved(MethodRow row, double by) => row with
    {
        Suites = [.. row.Suites.Select(suite => suite with
        {
            Score = suite.Score with { Mean = suite.Score.Mean + by },
            Interval = new(suite.Interval.Low + by, suite.Interval.High + by),
        })],
    };
}
