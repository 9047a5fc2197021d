using System.Globalization;
using System.Text.Json;
using Spot.Studies;

namespace Spot.Tests.Studies;

/// <summary>A tuning sweep is a study of settings on one task: every combination with every seed, and a table by setting.</summary>
public sealed class SweepTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Its_units_are_every_combination_with_every_seed()
    {
        IReadOnlyList<StudyUnitInfo> units = StudyUnitInfo.Of(StudyFake.Sweep());
        Assert.Equal(3 * 2 * 2 * 2, units.Count);
        Assert.Equal(["setting.rate_0_1_length_10_SampledVocabulary.swept.0", "setting.rate_0_1_length_10_SampledVocabulary.swept.5", "setting.rate_0_3_length_10_SampledVocabulary.swept.0"], units.Take(3).Select(unit => unit.Name));
        Assert.Equal("setting.rate_1_length_20_RandomUniform.swept.5", units[^1].Name);
        Assert.All(units, unit => Assert.Equal((40, 0), (unit.Steps, unit.Needs.Count)));
        SweepPlan alone = new() { Task = StudyFake.Task("one"), Seeds = [7] };
        Assert.Equal("setting.rate_0_3_length_100_SampledVocabulary.one.7", Assert.Single(StudyUnitInfo.Of(alone)).Name); // of its options
    }

    [Fact]
    public async Task Its_table_is_what_the_runs_give_and_validation_chooses()
    {
        SweepPlan plan = StudyFake.Sweep();
        StudyResult result = await RunAsync("a", plan);
        Assert.Equal((0, 0), (result.Missing, result.Validation.Table.Count));
        SettingTable table = Assert.Single(result.Settings);
        Assert.Equal(("swept", 12), (table.Target, table.Rows.Count));
        int at = 0;
        List<double> validation = [], test = [];
        foreach (PromptInitialization start in plan.Initializations)
        {
            foreach (int length in plan.PromptLengths)
            {
                foreach (double rate in plan.LearningRates)
                {
                    SettingRow row = table.Rows[at++];
                    Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"rate {rate} length {length} {start}"), row.Name);
                    List<double> bySeed = [], tested = [];
                    foreach (long seed in plan.Seeds)
                    {
                        TuningOptions options = new() { Seed = seed, PromptLength = length, Initialization = start, RunFolder = _folder.Path };
                        options.Optimizer.LearningRate = rate;
                        TuningResult run = await new StudyFake().TuneAsync(plan.Task, options, cancellationToken: Cancel);
                        bySeed.Add(run.BestScore);
                        tested.Add((await new StudyFake().EvaluateAsync(run.Best, plan.Task, plan.Task.Test, cancellationToken: Cancel)).Score);
                    }

                    Assert.Equal(bySeed, row.ValidationScores);
                    Assert.Equal(tested, row.TestScores!);
                    Assert.Equal(bySeed.Average(), row.Validation.Mean, 1e-9);
                    Assert.Equal(Math.Abs(bySeed[0] - bySeed[1]) / Math.Sqrt(2), row.Validation.Deviation, 1e-9);
                    Assert.Equal(tested.Average(), row.Test!.Value.Mean, 1e-9);
                    validation.Add(bySeed.Average());
                    test.Add(tested.Average());
                }
            }
        }

        int best = validation.IndexOf(validation.Max());
        Assert.NotEqual(test.IndexOf(test.Max()), best); // test scores do not choose
        Assert.Same(table.Rows[best], table.Chosen);
        Assert.Equal(table.ToString(), result.ToString());
    }

    [Fact]
    public void The_first_of_equals_is_chosen_of_those_whose_runs_are_all_done()
    {
        SettingTable table = new()
        {
            Target = "t",
            Seeds = [0, 1],
            Rows = [Row("a", [99, double.NaN], [1, double.NaN]), Row("b", [50, 60], [3, 4]), Row("c", [60, 50], [90, 90]), Row("d", [10, 20], [5, 6])],
        };
        Assert.Equal("b", table.Chosen!.Name);
        Assert.Equal(1, table.Missing);
        Assert.Null((table with { Rows = [table.Rows[0]] }).Chosen);
        Assert.Equal("No setting can be chosen yet. Not finished: 1 run not done.", (table with { Rows = [table.Rows[0]] }).ToMarkdown().Split('\n')[0]);
    }

    [Fact]
    public void It_reads_as_text_Markdown_and_JSON()
    {
        SettingTable table = new() { Target = "t", Seeds = [0, 4], Rows = [Row("rate 0.3", [50, 60], [70, 71]), Row("a|<b", [40, double.NaN], [30, double.NaN])] };
        Assert.Equal(
            [
                "t, 2 settings x 2 runs: Validation chooses rate 0.3, which has 70.5 ± 0.7 on test examples. Not finished: 1 run not done.",
                "* rate 0.3  validation 55.0 ± 7.1  test 70.5 ± 0.7",
                "  a|<b      validation 40.0  test 30.0  1 run not done",
            ],
            table.ToString().Split(Environment.NewLine));
        Assert.Equal(
            "Validation chooses rate 0.3, which has 70.5 ± 0.7 on test examples. Not finished: 1 run not done.\n\n" +
            "| setting | validation | test |\n| --- | ---: | ---: |\n| **rate 0.3** | 55.0 ± 7.1 | 70.5 ± 0.7 |\n| a\\|&lt;b (1 run not done) | 40.0 | 30.0 |\n",
            table.ToMarkdown());
        using JsonDocument json = JsonDocument.Parse(table.ToJson());
        JsonElement root = json.RootElement, second = root.GetProperty("settings")[1];
        Assert.Equal(("t", "rate 0.3", 1), (root.GetProperty("target").GetString(), root.GetProperty("chosen").GetString(), root.GetProperty("missing").GetInt32()));
        Assert.Equal([0, 4], root.GetProperty("seeds").EnumerateArray().Select(seed => seed.GetInt64()));
        Assert.Equal([70, 71], root.GetProperty("settings")[0].GetProperty("test").GetProperty("scores").EnumerateArray().Select(score => score.GetDouble()));
        Assert.Equal(55, root.GetProperty("settings")[0].GetProperty("validation").GetProperty("mean").GetDouble());
        Assert.Equal(Math.Sqrt(50), root.GetProperty("settings")[0].GetProperty("validation").GetProperty("deviation").GetDouble(), 1e-12);
        Assert.Equal((40, JsonValueKind.Null), (second.GetProperty("validation").GetProperty("mean").GetDouble(), second.GetProperty("validation").GetProperty("deviation").ValueKind));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("validation").GetProperty("scores")[1].ValueKind);
        SettingTable untested = new() { Target = "t", Seeds = [0], Rows = [Row("a", [1], null)] };
        Assert.Equal("t, 1 setting x 1 run: Validation chooses a." + Environment.NewLine + "* a  validation 1.0", untested.ToString());
        Assert.DoesNotContain("test", untested.ToMarkdown() + untested.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rates_and_seeds_may_be_added_and_other_options_are_refused_by_what_differs()
    {
        SweepPlan small = StudyFake.Sweep();
        (small.LearningRates, small.Seeds) = ([0.1, 1], [5]);
        await RunAsync("a", small);
        StudyFake fake = new();
        StudyResult more = await RunAsync("a", StudyFake.Sweep(), fake);
        Assert.Equal(24 - 8, fake.Calls.Count);
        Assert.Equal((await RunAsync("whole", StudyFake.Sweep())).Settings[0].ToJson(), more.Settings[0].ToJson());
        SweepPlan other = StudyFake.Sweep();
        other.Options.Steps = 41;
        Assert.Contains("setting Steps is 40 there and 41 in this plan", (await Assert.ThrowsAsync<SpotException>(() => RunAsync("a", other))).Message, StringComparison.Ordinal);
        SortedDictionary<string, string> before = StudyIdentity.OfPlan(small), after = StudyIdentity.OfPlan(StudyFake.Sweep());
        Assert.Null(StudyIdentity.PlanDifference(before, after, mayGrow: true));
        Assert.NotNull(StudyIdentity.PlanDifference(before, after, mayGrow: false));
        Assert.Contains("setting rate 1 length 10 RandomUniform Steps is 40 there and 41 in this plan", StudyIdentity.PlanDifference(after, StudyIdentity.OfPlan(other), mayGrow: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_changes_afterwards_changes_no_sweep()
    {
        SweepPlan sweep = StudyFake.Sweep();
        StudyPlan plan = sweep;
        StudyFake fake = new();
        using Study study = new(plan, Path.Combine(_folder.Path, "a"), StudyFake.Backbone, fake, fake, fake);
        sweep.Options.Steps = 7;
        plan.Settings[0].Options.Steps = 8;
        await study.RunAsync(cancellationToken: Cancel);
        Assert.All(fake.Steps, steps => Assert.Equal(40, steps));
    }

    [Fact]
    public async Task Settings_stand_beside_a_studys_transfers_and_change_none_of_them()
    {
        StudyPlan plan = StudyFake.Plan();
        string without = JsonSerializer.Serialize((await RunAsync("without", plan)).Validation.Scores.Transfer);
        plan.Settings = [new TuningSetting("slow", new() { Steps = 20, EvaluateEvery = 10 }), new TuningSetting("fast", new() { Steps = 20, EvaluateEvery = 10, PromptLength = 5 })];
        StudyFake fake = new();
        StudyResult result = await RunAsync("a", plan, fake);
        Assert.Equal(54 + 8 + (2 * 2 * 2), fake.Calls.Count);
        Assert.Equal(without, JsonSerializer.Serialize(result.Validation.Scores.Transfer));
        Assert.Equal(["target 0", "target 1"], result.Settings.Select(table => table.Target));
        Assert.All(result.Settings, table => Assert.Equal(["slow", "fast"], table.Rows.Select(row => row.Name)));
        Assert.EndsWith(result.Settings[1].ToString(), result.ToString(), StringComparison.Ordinal);
        Assert.Contains("Oracle", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_diverges_counts_with_its_last_good_prompt()
    {
        SettingTable table = (await RunAsync("a", StudyFake.Sweep(), new StudyFake { Diverging = "swept" })).Settings[0];
        Assert.Equal(0, table.Missing);
        double expected = Math.Round(50 + (40 * Math.Sin(7 + 7 + 1)), 3); // the fake's score of that prompt on one example
        Assert.All(table.Rows, row => Assert.Equal(expected, row.Validation.Mean));
    }

    [Fact]
    public async Task Shards_share_the_settings_of_one_seed()
    {
        SweepPlan plan = StudyFake.Sweep();
        plan.Seeds = [0];
        foreach (int shard in new[] { 1, 2, 3 })
        {
            StudyFake fake = new();
            using Study study = new(plan, Path.Combine(_folder.Path, "a"), StudyFake.Backbone, fake, fake, fake);
            await study.RunAsync(new StudyShard(shard, 3), cancellationToken: Cancel);
            Assert.Equal(4, fake.Calls.Count);
        }
    }

    [Fact]
    public void What_cannot_be_done_is_refused_before_any_work()
    {
        static SweepPlan Sweep(Action<SweepPlan> change)
        {
            SweepPlan plan = StudyFake.Sweep();
            change(plan);
            return plan;
        }

        static StudyPlan Plan(Action<StudyPlan> change)
        {
            StudyPlan plan = StudyFake.Sweep();
            change(plan);
            return plan;
        }

        foreach ((Func<StudyPlan> make, string what) in new (Func<StudyPlan>, string)[]
        {
            (() => Sweep(plan => plan.LearningRates = [0.3, 0]), "Found the learning rates 0.3, 0 and the prompt lengths 10, 20; expected rates above 0"),
            (() => Sweep(plan => plan.LearningRates = [double.NaN]), "expected rates above 0"),
            (() => Sweep(plan => plan.PromptLengths = [0]), "lengths of at least 1"),
            (() => Sweep(plan => plan.LearningRates = [1, 1]), "Settings has 'rate 1 length 10 SampledVocabulary' twice"),
            (() => Sweep(plan => plan.Seeds = []), "TargetSeeds is empty"),
            (() => Sweep(plan => plan.Initializations = [PromptInitialization.ClassLabels]), "Settings['rate 0.1 length 10 ClassLabels'] starts from class labels, but the target 'swept' has none"),
            (() => Plan(plan => plan.ModelTuning = new ModelTuningOptions()), "there are no methods to compare. Add sources"),
            (() => Plan(plan => plan.Settings = []), "Sources is empty; at least one is needed"),
        })
        {
            Assert.Contains(what, Assert.Throws<ArgumentException>(() => StudyUnitInfo.Of(make())).Message, StringComparison.Ordinal);
        }
    }

    private static SettingRow Row(string name, double[] validation, double[]? test) => new() { Name = name, ValidationScores = validation, TestScores = test };

    private async Task<StudyResult> RunAsync(string folder, StudyPlan plan, StudyFake? fake = null)
    {
        fake ??= new StudyFake();
        using Study study = new(plan, Path.Combine(_folder.Path, folder), StudyFake.Backbone, fake, fake, fake);
        Assert.Equal(0, (await study.RunAsync(cancellationToken: Cancel)).Left);
        return await study.ResultAsync(Cancel);
    }
}
