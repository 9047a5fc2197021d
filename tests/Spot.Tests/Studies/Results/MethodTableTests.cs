using Spot.Statistics;
using Spot.Studies;

namespace Spot.Tests.Studies;

/// <summary>The table of methods on made-up scores, by hand.</summary>
public class MethodTableTests
{
    private const double None = double.NaN;
    private static readonly double[][] Baseline = [[50, 60], [70, 80], [90, 70]];
    private static readonly StudySuite[] Suites = [new("all", ["a", "b", "c"]), new("one", ["b", "a"]), new("two", ["c"]), new("own", ["a"])];

    [Fact]
    public void A_row_has_means_over_prompts_then_targets_then_seeds()
    {
        MethodRow row = Row(new MethodRuns(StudyMethod.Transfer, [Runs([[None, None], [72, 84], [92, 74]]), Runs([[None, None], [76, 88], [96, None]])])
        {
            Source = "x",
            LeftOut = [true, false, false],
        });
        Assert.Equal((StudyMethod.Transfer, "x", null), (row.Method, row.Source, row.Steps));

        // Cells b: 74, 86; c: 94 and one that a prompt's run lacks. Seeds: 84, 86; changes b: 4, 6; c: 4.
        MethodScore all = row.Suites[0];
        Spread(85, Math.Sqrt(2), all.Score);
        Spread(5, Math.Sqrt(2), all.Change);
        Assert.Equal((3, 1), (all.Outcomes, all.Missing));
        Assert.Equal(["a"], all.LeftOut);
        Assert.Equal(TwoWayBootstrap.OfMean([[74, 86], [94, None]]), all.Interval);
        Assert.Equal(TwoWayBootstrap.OfMean([[4, 6], [4, None]]), all.ChangeInterval);

        Spread(80, Math.Sqrt(72), row.Suites[1].Score); // b alone: 74, 86
        Spread(5, Math.Sqrt(2), row.Suites[1].Change);
        Assert.Equal((2, 0), (row.Suites[1].Outcomes, row.Suites[1].Missing));
        Spread(94, None, row.Suites[2].Score); // one seed
        Assert.Empty(row.Suites[2].LeftOut);
        Assert.Equal((0, 0), (row.Suites[3].Outcomes, row.Suites[3].Missing));
        Spread(None, None, row.Suites[3].Score);
        Assert.True(double.IsNaN(row.Suites[3].ChangeInterval.Low));
        Assert.StartsWith("Transfer from x: score 85.0 (+5.0); ", row.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Changes_are_against_prompt_tuning_on_the_same_pairs()
    {
        MethodRow own = Row(new MethodRuns(StudyMethod.PromptTuning, [Runs(Baseline)]));
        Spread(70, 0, own.Suites[0].Score); // (50 + 70 + 90) / 3 and (60 + 80 + 70) / 3
        Spread(0, 0, own.Suites[0].Change);
        Assert.Equal(new ConfidenceInterval(0, 0), own.Suites[0].ChangeInterval);

        // One point everywhere, whatever the targets differ by.
        MethodRow more = Row(new MethodRuns(StudyMethod.LongerPromptTuning, [Runs([[51, None], [71, 81], [91, 71]])]) { Steps = 300 });
        Spread(1, 0, more.Suites[0].Change);
        Assert.Equal(new ConfidenceInterval(1, 1), more.Suites[0].ChangeInterval);
        Spread((71 + 76) / 2.0, Math.Sqrt(12.5), more.Suites[0].Score);
        Assert.Equal((5, 1), (more.Suites[0].Outcomes, more.Suites[0].Missing));
        Assert.StartsWith("LongerPromptTuning, 300 steps: score 73.5 (+1.0)", more.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_score_that_is_reported_is_the_one_that_is_asked_for()
    {
        StudyRun?[][] runs = [[new StudyRun { Score = 50, Test = 40 }], [new StudyRun { Score = 70, Test = 80 }]];
        MethodTable table = new(["a", "b"], [new StudySuite("all", ["a", "b"])], runs, run => run.Test ?? None);
        Assert.Equal(60, table.Row(new MethodRuns(StudyMethod.PromptTuning, [runs])).Suites[0].Score.Mean);
    }

    private static MethodRow Row(MethodRuns runs) => new MethodTable(["a", "b", "c"], Suites, Runs(Baseline), run => run.Score).Row(runs);

    private static StudyRun?[][] Runs(double[][] scores) =>
        [.. scores.Select(seeds => seeds.Select(score => double.IsNaN(score) ? null : new StudyRun { Score = score }).ToArray())];

    private static void Spread(double mean, double deviation, ScoreSpread actual)
    {
        Assert.Equal(mean, actual.Mean, 1e-9);
        Assert.Equal(deviation, actual.Deviation, 1e-9);
    }
}
