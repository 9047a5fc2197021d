using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Spot.Statistics;
using Spot.Studies;
using Spot.Tests;
using Spot.Transfer;

namespace Spot.Plots.Tests;

public partial class StudyReportTests
{
    [Theory]
    [InlineData(2, 1, false)]
    [InlineData(4, 3, true)]
    public void Writes_figures_tables_and_a_page_and_nothing_else(int sources, int targets, bool test)
    {
        using TempFolder folder = new();
        string report = Path.Combine(folder.Path, "a", "report");
        IReadOnlyList<string> files = StudyReport.Write(Studies.Make(sources, targets, test: test, holes: test), report);
        Assert.Equal(Directory.GetFiles(report).Order(), files.Order());
        Assert.Equal(Path.Combine(report, StudyReport.PageName), files[0]);
        string[] expected = ["reductions", "gain-by-runs", "gain-by-steps", "prediction-average-token", "prediction-per-token", "similarity-average-token", "similarity-per-token"];
        foreach (string name in test ? expected.Concat(["test-reductions", "test-gain-by-runs", "test-prediction-per-token", "score-by-cost", "test-score-by-cost"]) : expected)
        {
            Assert.Equal(0x474E5089, BitConverter.ToInt32(File.ReadAllBytes(Path.Combine(report, name + ".png"))));
            Assert.Equal("svg", XDocument.Load(Path.Combine(report, name + ".svg")).Root!.Name.LocalName);
        }

        // Again over the same files, and no temporary one is left.
        Assert.Equal(files, StudyReport.Write(Studies.Make(sources, targets, test: test, holes: test), report));
        Assert.Equal(files.Count, Directory.GetFiles(report).Length);
    }

    [Fact]
    public void Without_the_runs_from_every_source_there_is_no_figure_of_them()
    {
        using TempFolder folder = new();
        StudyResult study = Studies.Make(4, 3);
        StudyFindings findings = study.Validation with
        {
            Table = [.. study.Validation.Table.Where(row => row.Strategy is StudyStrategy.Baseline or StudyStrategy.WeightedAverage)
                .Select(row => row with { SearchSpaceSaved = double.NaN, ShareOfOracleGain = double.NaN, ShareOfOracleSteps = double.NaN })],
            Reductions = [.. study.Validation.Reductions.Select(source => source.Select(_ => double.NaN).ToArray())],
            PromptReductions = [.. study.Validation.PromptReductions.Select(source => source.Select(_ => double.NaN).ToArray())],
            Correlations = [],
            Scores = study.Validation.Scores with
            {
                Baseline = [[60, 70, 80], [50, 50, double.NaN], [90, 90, 90]],
                Strategies = [new StrategyScores(StudyStrategy.Mixture, 2, PromptSimilarity.AverageToken, [[62, 71, 83], [49, 48, 47], [double.NaN, double.NaN, double.NaN]], [])],
            },
        };
        IReadOnlyList<string> files = StudyReport.Write(study with { Validation = findings }, folder.Path);
        Assert.DoesNotContain(files, file => file.Contains("reductions", StringComparison.Ordinal) || file.Contains("prediction", StringComparison.Ordinal));
        Assert.Contains(files, file => file.EndsWith("gain-by-runs.svg", StringComparison.Ordinal));
        string tables = File.ReadAllText(files[1]);
        Assert.DoesNotContain("## Relative error reduction", tables, StringComparison.Ordinal);
        Assert.DoesNotContain("of the oracle's runs", tables, StringComparison.Ordinal);
        Assert.Contains(" steps on a target.", tables, StringComparison.Ordinal);
        Assert.Contains("| target | no transfer | mixture of top-2, average token |", tables, StringComparison.Ordinal);
        Assert.Contains("| 70.0 ± 10.0 | +2.0 ± 1.0 |", tables, StringComparison.Ordinal);
        Assert.Contains("| −1.5 ± 0.7 |", tables, StringComparison.Ordinal);
        Assert.Contains("| 90.0 ± 0.0 | – |", tables, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_needs_nothing_but_itself()
    {
        using TempFolder folder = new();
        string page = File.ReadAllText(StudyReport.Write(Studies.Make(4, 3, test: true), folder.Path, "A <title> & more", "One sentence.")[0]);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.Contains("<h1>A &lt;title&gt; &amp; more</h1>", page, StringComparison.Ordinal);
        Assert.Contains("One sentence.", page, StringComparison.Ordinal);
        MatchCollection sources = Sources().Matches(page);
        Assert.NotEmpty(sources);
        Assert.All(sources, match => Assert.StartsWith("data:image/svg+xml;base64,", match.Groups[1].Value, StringComparison.Ordinal));
        Assert.All(sources, match => XDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value.Split(',')[1]))));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<link", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Shares_of_a_gain_within_what_seeds_differ_by_are_not_given()
    {
        using TempFolder folder = new();
        StudyResult study = Studies.Make(4, 3);
        Assert.Contains("% of the oracle's gain", Tables(study), StringComparison.Ordinal);
        SearchSpaceRow[] table = [.. study.Validation.Table.Select(row =>
            row.Strategy == StudyStrategy.Oracle ? row with { AbsoluteInterval = new ConfidenceInterval(-0.1, 5) } : row)];
        string tables = Tables(study with { Validation = study.Validation with { Table = table } });
        Assert.DoesNotContain("% of the oracle's gain", tables, StringComparison.Ordinal);
        Assert.Contains("no gain beyond what targets and seeds differ by", tables, StringComparison.Ordinal);
        Assert.All(tables.Split("### With no transfer")[0].Split('\n').Where(line => line.StartsWith("| best of top-k |", StringComparison.Ordinal)), line => Assert.EndsWith("| – |", line, StringComparison.Ordinal));

        string Tables(StudyResult of)
        {
            StudyReport.Write(of, folder.Path);
            return File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Settings_have_a_table_each_alone_or_beside_transfers(bool alone)
    {
        using TempFolder folder = new();
        SettingTable settings = new()
        {
            Target = "places",
            Seeds = [0, 1],
            Rows =
            [
                new SettingRow { Name = "rate 0.3", ValidationScores = [50, 60], TestScores = [70, 71] },
                new SettingRow { Name = "rate <1", ValidationScores = [70, double.NaN], TestScores = [90, double.NaN] },
            ],
        };
        StudyResult study = Studies.Make(4, 3) with { Settings = [settings] };
        study = alone ? study with { Sources = [], Similarities = [], Targets = ["places"], TargetSeeds = [0, 1] } : study;
        IReadOnlyList<string> files = StudyReport.Write(study, folder.Path);
        string page = File.ReadAllText(files[0]), tables = File.ReadAllText(files[1]);
        Assert.Contains(settings.ToMarkdown(), tables, StringComparison.Ordinal);
        Assert.Contains("<tr><td>rate 0.3 (chosen)</td><td class=\"n\">55.0 &#177; 7.1</td><td class=\"n\">70.5 &#177; 0.7</td></tr>", page, StringComparison.Ordinal);
        Assert.Contains("<tr><td>rate &lt;1 (1 run missing)</td><td class=\"n\">70.0</td><td class=\"n\">90.0</td></tr>", page, StringComparison.Ordinal);
        Assert.Equal(alone, page.Contains("<h1>Tuning sweep: which settings suit</h1>", StringComparison.Ordinal));
        Assert.Equal(alone ? 2 : files.Count, files.Count);
        Assert.Equal(alone, page.Contains("<p class=\"lead\"><strong>On places: Validation chooses rate 0.3, which has 70.5 &#177; 0.7 on test examples. Not finished: 1 run not done.</strong></p>\n<p class=\"faint\">2 settings, 1 target task, 2 seeds: mean &#177; deviation over the seeds.</p>", StringComparison.Ordinal));
        Assert.Equal(!alone, page.Contains("Similarity of the tasks", StringComparison.Ordinal));
        Assert.Contains("Settings on places", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_say_what_the_study_says()
    {
        using TempFolder folder = new();
        StudyResult study = Studies.Make(4, 3);
        StudyReport.Write(study, folder.Path);
        string[] lines = File.ReadAllLines(Path.Combine(folder.Path, StudyReport.TablesName));
        SearchSpaceRow row = study.Validation.Table.First(row => row.K == 3 && row.Similarity == PromptSimilarity.PerToken);
        string line = lines.First(line => line.StartsWith("| best of top-k | per token | 3 |", StringComparison.Ordinal));
        Assert.Equal(
            FormattableString.Invariant($"| best of top-k | per token | 3 | {row.Score.Mean:F1} ± 0.4 | +{row.Absolute.Mean:F1} [{row.AbsoluteInterval.Low:F1}, {row.AbsoluteInterval.High:F1}] | +{row.OverRestarts!.Mean:F1} [−{-row.OverRestarts.Interval.Low:F1}, {row.OverRestarts.Interval.High:F1}] (3 of 4) | +{row.Relative.Mean:F1} [{row.RelativeInterval.Low:F1}, {row.RelativeInterval.High:F1}] | 3 | {row.SearchSpaceSaved:F0} | {row.ShareOfOracleSteps:F1} | {row.ShareOfOracleGain:F0} |"),
            line);
        string best = lines.First(line => line.StartsWith("- Best of top-15, average token gains 2.6 points [1.9, 3.4]", StringComparison.Ordinal));
        Assert.EndsWith(" of the oracle's steps. With no transfer as one more candidate it gains 2.8 points [1.9, 3.4].", best, StringComparison.Ordinal);
        Assert.Contains("### With no transfer as one more candidate", lines);
        foreach (string name in study.Sources.Concat(study.Targets))
        {
            Assert.Contains(lines, line => line.Contains(name, StringComparison.Ordinal));
        }

        // Every row of a table has as many cells as its head.
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].StartsWith('|') && lines[i - 1].StartsWith('|'))
            {
                Assert.Equal(lines[i - 1].Count(c => c == '|'), lines[i].Count(c => c == '|'));
            }
        }
    }

    [Fact]
    public void The_page_begins_with_what_the_study_comes_to()
    {
        Assert.StartsWith("Transfer gains. Best of top-15, average token gains 2.6 points [1.9, 3.4] on validation examples against no transfer, +1.7 [1.0, 2.5] against the best of 3 restarts; without a search, the best of 3 restarts without transfer gains 0.9 points [0.2, 1.7].", Conclusion(Studies.Make(4, 5)), StringComparison.Ordinal);
        RestartComparison asDear = new(2, 2, 0.4, new ConfidenceInterval(-0.1, 0.9));
        Assert.StartsWith("Transfer gains, but not surely more than restarts at its cost. Best of top-15, average token gains 2.6 points [1.9, 3.4] on validation examples against no transfer, +0.4 [−0.1, 0.9] against the best of 2 restarts, which cost as much;", Conclusion(With(Studies.Make(4, 5), row => row with { OverRestarts = asDear })), StringComparison.Ordinal);
        Assert.StartsWith("Too small to conclude (4 targets, 3 seeds). Best of top-15, average token gains 2.6 points", Conclusion(Studies.Make(4, 4)), StringComparison.Ordinal);
        Assert.StartsWith("Too small to conclude (9 targets, 1 seed). ", Conclusion(Studies.Make(2, 9, seeds: 1)), StringComparison.Ordinal);
        Assert.StartsWith("No effect of transfer can be told. Best", Conclusion(With(Studies.Make(4, 5), row => row with { AbsoluteInterval = new ConfidenceInterval(-1, 5) })), StringComparison.Ordinal);
        StudyResult loses = With(Studies.Make(4, 5), row => row with { Absolute = new ScoreSpread(-2.5, 0.3, 0.2), AbsoluteInterval = new ConfidenceInterval(-4, -1) });
        Assert.StartsWith("Transfer loses. Best of top-15, average token loses 2.5 points [−4.0, −1.0]", Conclusion(loses), StringComparison.Ordinal);

        static StudyResult With(StudyResult study, Func<SearchSpaceRow, SearchSpaceRow> change) => study with { Validation = study.Validation with { Table = [.. study.Validation.Table.Select(change)] } };

        static string Conclusion(StudyResult study)
        {
            using TempFolder folder = new();
            string page = File.ReadAllText(StudyReport.Write(study, folder.Path)[0]);
            string said = System.Net.WebUtility.HtmlDecode(page.Split("<p class=\"lead\"><strong>")[1].Split("</strong>")[0]);
            Assert.Contains($"**{said}**", File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName)), StringComparison.Ordinal);
            Assert.True(page.IndexOf("lead", StringComparison.Ordinal) < page.IndexOf("<table", StringComparison.Ordinal));
            return said;
        }
    }

    [Fact]
    public void Facts_stand_at_the_top_and_test_scores_before_those_that_chose()
    {
        using TempFolder folder = new();
        StudyReport.Write(Studies.Make(4, 3, test: true), folder.Path, facts: [("Device", "cpu"), ("Command", "study <x>")]);
        string page = File.ReadAllText(Path.Combine(folder.Path, StudyReport.PageName)), tables = File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName));
        Assert.Contains("<dt>Command</dt><dd>study &lt;x&gt;</dd>", page, StringComparison.Ordinal);
        Assert.Contains("- Command: `study <x>`", tables, StringComparison.Ordinal);
        foreach (string text in (string[])[page, tables])
        {
            Assert.True(text.IndexOf("On test examples", StringComparison.Ordinal) < text.IndexOf("On validation examples, which choose", StringComparison.Ordinal));
        }

        Assert.Contains("| steps, % of oracle | change on validation | share of oracle's gain there, % |", tables, StringComparison.Ordinal);
        Assert.All(new[] { "± deviation", "average token: ", "search saved: " }, word => Assert.Contains(word, System.Net.WebUtility.HtmlDecode(page), StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_named_best_is_chosen_on_validation_examples()
    {
        using TempFolder folder = new();
        StudyResult study = Studies.Make(3, 1, test: true);
        study = study with
        {
            Validation = study.Validation with { Reductions = [[10], [30], [30]] },
            Test = study.Test! with { Reductions = [[90], [-4], [-8]] },
        };
        StudyReport.Write(study, folder.Path);
        string[] lines = File.ReadAllLines(Path.Combine(folder.Path, StudyReport.TablesName));
        string line = lines.First(line => line.StartsWith($"| {study.Targets[0]} |", StringComparison.Ordinal));
        Assert.EndsWith($"| {study.Sources[1]}, {study.Sources[2]} | −6.0 | 1 of 3 | 0 |", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_without_error_is_named_and_leaves_the_figures_whole()
    {
        StudyResult study = Studies.Make(4, 3);
        double[][] holes = [.. study.Validation.Reductions.Select(row => row.Select((value, target) => target == 1 ? double.NaN : value).ToArray())];
        study = study with { Validation = study.Validation with { WithoutError = [1, 3, 0], Reductions = holes } };
        using TempFolder folder = new();
        StudyReport.Write(study, folder.Path);
        string said = $"No error without transfer, so left out where errors are compared: {study.Targets[0]} (1 of 3 runs), {study.Targets[1]} (3 of 3 runs).";
        Assert.Contains(said, File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName)), StringComparison.Ordinal);
        List<string> texts = Svg.Texts(File.ReadAllText(Path.Combine(folder.Path, "reductions.svg")));
        Assert.Contains("No error without transfer", string.Join(' ', texts), StringComparison.Ordinal);
        Assert.DoesNotContain(study.Targets[1], texts);
        Assert.Contains(study.Targets[2], texts);
        Assert.DoesNotContain(texts, text => text.Contains('∞', StringComparison.Ordinal));
    }

    [Fact]
    public void Pictures_of_the_page_follow_its_typefaces_and_its_dark_colours()
    {
        using TempFolder folder = new();
        string page = File.ReadAllText(StudyReport.Write(Studies.Make(4, 3, runs: 4), folder.Path)[0]);
        foreach (Match match in Sources().Matches(page))
        {
            string svg = Encoding.UTF8.GetString(Convert.FromBase64String(match.Groups[1].Value.Split(',')[1]));
            Assert.All(Svg.Elements(svg, "text"), text => Assert.StartsWith("system-ui", text.Attribute("font-family")!.Value, StringComparison.Ordinal));
            string style = Svg.Elements(svg, "style").Single().Value;
            string[] inks = [.. Svg.Elements(svg, "text").Select(text => text.Attribute("fill")?.Value ?? "").Distinct()];
            Assert.Contains("#222", inks);
            Assert.Contains("prefers-color-scheme: dark", style, StringComparison.Ordinal);
            Assert.All(["text[fill=\"#222\"]", "rect[fill=\"white\"]"], (string rule) => Assert.Contains(rule, style, StringComparison.Ordinal));
            Assert.Equal("white", Svg.Elements(svg, "rect").First().Attribute("fill")!.Value);
        }

        Assert.DoesNotContain("<style", File.ReadAllText(Path.Combine(folder.Path, "reductions.svg")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unfinished_study_says_so()
    {
        using TempFolder folder = new();
        StudyReport.Write(Studies.Make(4, 3, holes: true), folder.Path);
        Assert.Contains("3 runs missing", File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_rests_on_fewer_runs_says_on_how_many_and_is_not_compared()
    {
        using TempFolder folder = new();
        StudyResult study = Studies.Make(4, 3);
        SearchSpaceRow[] table = [.. study.Validation.Table.Select(row => row.Strategy == StudyStrategy.Mixture ? row with { Outcomes = 2, ShareOfOracleGain = double.NaN } : row)];
        study = study with { Validation = study.Validation with { Table = table } };
        StudyReport.Write(study, folder.Path);
        string tables = File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName));
        Assert.Contains("| mixture of top-k (2 of 9 runs) | average token | 3 |", tables, StringComparison.Ordinal);
        Assert.DoesNotContain("- Mixture of top", tables, StringComparison.Ordinal);
        Assert.Contains("- Weighted average of top", tables, StringComparison.Ordinal);
        List<string> names = Svg.Texts(StudyFigures.GainByRuns(study, study.Validation).ToSvg());
        Assert.Contains("weighted average of top-k, average token", names);
        Assert.DoesNotContain("mixture of top-k, average token", names);
    }

    [Fact]
    public void Names_of_tasks_are_text_not_markup()
    {
        using TempFolder folder = new();
        StudyResult study = Studies.Make(3, 2) with { Sources = ["a|b", "<img src=x>", "c & \"d\""] };
        string page = File.ReadAllText(StudyReport.Write(study, folder.Path)[0]);
        Assert.DoesNotContain("<img src=x>", page, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x&gt;", page, StringComparison.Ordinal);
        Assert.Contains("a\\|b", File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName)), StringComparison.Ordinal);
        Assert.Contains("<img src=x>", Svg.Texts(File.ReadAllText(Path.Combine(folder.Path, "reductions.svg"))));
    }

    [Fact]
    public void The_table_of_methods_says_on_what_each_rests_and_what_is_left_out()
    {
        using TempFolder folder = new();
        StudyResult study = Studies.Make(4, 3, test: true, holes: true);
        study = study with { SourceMixtures = new Dictionary<string, IReadOnlyList<string>> { [study.Sources[3]] = ["a", "b"] } };
        Assert.True(study.Leaks[3][0] && study.Leaks[2][1]); // as Studies has it
        string page = System.Net.WebUtility.HtmlDecode(File.ReadAllText(StudyReport.Write(study, folder.Path)[0])), tables = File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName));
        foreach (string line in new[]
        {
            "| method | score | change |",
            "| few-shot | 50.0 ± 0.5 [40.0, 60.0] | −20.0 [−21.0, −19.0] |",
            "| prompt tuning | 70.0 ± 0.5 [60.0, 80.0] |  |",
            "| prompt tuning, 2,000 steps | 71.5 ± 0.5 [61.5, 81.5] | +1.5 [0.5, 2.5] |",
            $"| transfer from {study.Sources[0]} | 73.0 ± 0.5 [63.0, 83.0] | +3.0 [2.0, 4.0] |",
            $"| transfer from the mixture {study.Sources[3]} | 70.0 ± 0.5 [60.0, 80.0] (6 of 9 runs) | 0.0 [−1.0, 1.0] |",
        })
        {
            Assert.Equal(2, tables.Split('\n').Count(found => found == line)); // test and validation
        }

        string leftOut = $"Left out, because the source is, holds or has examples of the target: ";
        Assert.Contains(leftOut, page, StringComparison.Ordinal);
        Assert.Contains($"{study.Sources[3]} → {study.Targets[0]}", tables.Split('\n').First(line => line.StartsWith($"- {leftOut}", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains($"3 source tasks and 1 mixture ({study.Sources[3]} of a, b) in 3 runs each", page, StringComparison.Ordinal);
        Assert.Contains("<td>model tuning</td><td class=\"n\">76.0 ± 0.5 [66.0, 86.0]</td>", page, StringComparison.Ordinal);

        StudyFindings own = study.Validation with { Methods = [.. study.Validation.Methods.Select(row => row.Source == study.Sources[2] ? row with { Source = study.Targets[1] } : row)] };
        StudyReport.Write(study with { Validation = own, Test = null }, folder.Path);
        Assert.Contains($"{leftOut}every task from itself; {study.Sources[1]} → {study.Targets[2]}; ", File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName)), StringComparison.Ordinal);

        study = study with { Suites = [new("first", [study.Targets[0]]), new("rest", [study.Targets[1], study.Targets[2]])] };
        StudyFindings twice = study.Validation with { Methods = [.. study.Validation.Methods.Select(row => row with { Suites = [row.Suites[0], row.Suites[0]] })] };
        StudyReport.Write(study with { Validation = twice, Test = null }, folder.Path);
        Assert.Contains("| method | first: score | first: change | rest: score | rest: change |", File.ReadAllText(Path.Combine(folder.Path, StudyReport.TablesName)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_of_nothing_is_an_error()
    {
        using TempFolder folder = new();
        Assert.Throws<ArgumentException>(() => StudyReport.Write(Studies.Make(2, 1) with { Sources = [] }, folder.Path));
    }

    [GeneratedRegex("src=\"([^\"]*)\"")]
    private static partial Regex Sources();
}
