using Spot.Library;
using Spot.Studies;
using Spot.Tests.Transfer;
using Spot.Transfer;

namespace Spot.Tests.Studies;

/// <summary>Sources of a study that are mixtures of tasks.</summary>
public sealed class StudyMixtureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Mixtures_are_sources_behind_the_tasks_and_change_no_name_of_the_others()
    {
        StudyPlan plan = Plan();
        string[] names = [.. StudyUnitInfo.Of(plan).Select(unit => unit.Name)];
        Assert.Equal(StudyUnitInfo.Of(StudyFake.Plan()).Select(unit => unit.Name), names.Where(name => !name.Contains("mixture.", StringComparison.Ordinal) || name.StartsWith("mixture.2", StringComparison.Ordinal)));

        // Two prompts each: generic goes to both targets in two runs, the other to the second alone.
        string[] added = [.. names.Except(StudyUnitInfo.Of(StudyFake.Plan()).Select(unit => unit.Name))];
        Assert.Equal(
        [
            "source.mixture.generic.0", "source.mixture.generic.1", "source.mixture.with_target.0", "source.mixture.with_target.1",
            .. new[] { 0, 1 }.SelectMany(seed => new[] { "target_0.0", "target_0.5", "target_1.0", "target_1.5" }.Select(run => $"transfer.mixture.generic.{seed}.{run}")),
            .. new[] { 0, 1 }.SelectMany(seed => new[] { "target_1.0", "target_1.5" }.Select(run => $"transfer.mixture.with_target.{seed}.{run}")),
        ], added);
    }

    [Fact]
    public void A_mixture_of_the_most_similar_tasks_draws_on_prompts_of_single_tasks()
    {
        Dictionary<string, StudyUnitInfo> units = StudyUnitInfo.Of(Plan()).ToDictionary(unit => unit.Name);
        Assert.Equal(6 + 1, units["mixture.2.AverageToken.target_1.0"].Needs.Count);
        Assert.DoesNotContain(units["mixture.2.AverageToken.target_1.0"].Needs, need => need.Contains("mixture", StringComparison.Ordinal));
        Assert.Equal(6 + 4 + 1, units["average.2.AverageToken.target_1.0"].Needs.Count);
        Assert.Equal(6 + 2 + 1, units["average.2.AverageToken.target_0.0"].Needs.Count); // the mixture that holds the target leaks
    }

    [Fact]
    public async Task A_mixture_with_a_leak_of_any_task_is_left_out()
    {
        StudyPlan plan = Plan();
        plan.Leaks = (source, target) => source.Name == "source/1" && target.Name == "target 1";
        StudyFake fake = new();
        await Study("a", fake, plan).RunAsync(cancellationToken: Cancel);
        StudyResult result = await Study("a", fake, plan).ResultAsync(Cancel);
        Assert.Equal([[false, false], [false, true], [false, false], [false, true], [true, false]], result.Leaks);
        Assert.True(double.IsNaN(result.Validation.Reductions[3][1]) && double.IsNaN(result.Validation.Reductions[4][0]));
        Assert.True(double.IsFinite(result.Validation.Reductions[3][0]) && double.IsFinite(result.Validation.Reductions[4][1]));
    }

    [Fact]
    public async Task Mixtures_have_prompts_with_keys_and_take_part_in_all_that_is_found()
    {
        StudyFake fake = new();
        await Study("a", fake).RunAsync(cancellationToken: Cancel);
        StudyResult result = await Study("a", fake).ResultAsync(Cancel);
        Assert.Equal(["source/0", "source/1", "source/2", "generic", "with target"], result.Sources);
        Assert.Equal(["generic", "with target"], result.SourceMixtures.Keys);
        Assert.Equal(["source/0", "source/1"], result.SourceMixtures["generic"]);
        Assert.Equal(0, result.Missing);
        Assert.Equal(["source/0", "source/1", "source/2", "generic", "with target", "target 0", "target 1"], result.Similarities[0].Tasks);
        Assert.All(result.Similarities.SelectMany(one => one.TaskMatrix.SelectMany(row => row)), cell => Assert.InRange(cell, -1, 1));
        Assert.Equal(10, result.Validation.Scores.Transfer.Count);
        Assert.Equal(9, result.Validation.Table.Single(row => row.Strategy == StudyStrategy.Oracle).Tunings); // 8 for the first target, 10 for the second

        PromptLibrary library = PromptLibrary.Open(Path.Combine(_folder.Path, "a", "library"));
        PromptRecord record = (await library.GetAsync("mixture.generic-1", Cancel))!;
        Assert.Equal("generic", record.Info.Task);
        Assert.NotNull(record.Embedding);
        TuningOptions options = new() { Seed = 5, RunFolder = _folder.Path };
        TuningResult run = await new StudyFake().TuneAsync(StudyFake.Task("target 1"), options, record.Prompt, cancellationToken: Cancel);
        Assert.Equal(run.BestScore, result.Validation.Scores.Transfer[7][1][1]);
    }

    [Fact]
    public async Task Methods_are_compared_on_every_suite()
    {
        StudyPlan plan = Plan();
        plan.LongBaselineSteps = [90];
        plan.Suites = [new StudySuite("first", ["target 0"]), new StudySuite("both", ["target 1", "target 0"])];
        StudyFake fake = new();
        await Study("a", fake, plan).RunAsync(cancellationToken: Cancel);
        StudyResult result = await Study("a", fake, plan).ResultAsync(Cancel);
        Assert.Equal(["first", "both"], result.Suites.Select(suite => suite.Name));
        foreach (StudyFindings findings in new[] { result.Validation, result.Test! })
        {
            Assert.Equal(
                [(StudyMethod.PromptTuning, null), (StudyMethod.LongerPromptTuning, null), .. result.Sources.Select(source => (StudyMethod.Transfer, (string?)source))],
                findings.Methods.Select(row => (row.Method, row.Source)));
            Assert.Equal(90, findings.Methods[1].Steps);

            // generic, whose prompts are the seventh and the eighth, on both targets
            double[] seeds = [.. new[] { 0, 1 }.Select(seed => new[] { 0, 1 }.Average(target => new[] { 6, 7 }.Average(prompt => findings.Scores.Transfer[prompt][target][seed])))];
            Assert.Equal(seeds.Average(), findings.Methods[5].Suites[1].Score.Mean, 1e-9);
            Assert.Equal(Math.Abs(seeds[0] - seeds[1]) / Math.Sqrt(2), findings.Methods[5].Suites[1].Score.Deviation, 1e-9);
            Assert.Equal((4, 0), (findings.Methods[5].Suites[1].Outcomes, findings.Methods[5].Suites[1].Missing));
            Assert.Equal(findings.Scores.Baseline.Average(target => target.Average()), findings.Methods[0].Suites[1].Score.Mean, 1e-9);
            Assert.Equal(0, findings.Methods[6].Suites[0].Outcomes);
            Assert.Equal(["target 0"], findings.Methods[6].Suites[0].LeftOut);
            Assert.Equal(2, findings.Methods[6].Suites[1].Outcomes);
        }

        // Without suites in the plan: one of all. They change no unit.
        plan.Suites = [];
        StudyFake again = new();
        await Study("a", again, plan).RunAsync(cancellationToken: Cancel);
        Assert.Empty(again.Calls);
        Assert.Equal(["target 0", "target 1"], Assert.Single((await Study("a", fake, plan).ResultAsync(Cancel)).Suites).Targets);
        plan.Suites = [new StudySuite("x", ["target 7"])];
        Assert.Contains("Suites['x'] has 'target 7', which is no target", Assert.Throws<ArgumentException>(() => StudyUnitInfo.Of(plan)).Message, StringComparison.Ordinal);
        plan.Suites = [new StudySuite("x", ["target 0"]), new StudySuite("x", ["target 1"])];
        Assert.Contains("Suites has 'x' twice", Assert.Throws<ArgumentException>(() => StudyUnitInfo.Of(plan)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mixtures_are_added_to_a_study_that_has_begun_and_are_resumed()
    {
        StudyFake fake = new();
        await Study("a", fake, StudyFake.Plan()).RunAsync(cancellationToken: Cancel);
        Dictionary<string, byte[]> before = Directory.GetFiles(Path.Combine(_folder.Path, "a", "units")).ToDictionary(file => file, File.ReadAllBytes);
        (fake, int calls) = (new StudyFake { StopAt = 3 }, 0);
        for (bool stopped = true; stopped; calls += fake.Calls.Count, fake = new StudyFake { StopAt = 7 })
        {
            try
            {
                await Study("a", fake).RunAsync(cancellationToken: Cancel);
                stopped = false;
            }
            catch (OperationCanceledException)
            {
                calls--; // the run that was stopped
            }
        }

        Assert.Equal(4 + 8 + 4 + 8, calls); // prompts, transfers, and the averages, which chose among fewer
        Assert.All(before.Where(unit => !Path.GetFileName(unit.Key).StartsWith("average", StringComparison.Ordinal)), unit => Assert.Equal(unit.Value, File.ReadAllBytes(unit.Key)));
        await Study("whole", fake = new StudyFake()).RunAsync(cancellationToken: Cancel);
        StudyTests.AssertEqual(await Study("whole", fake).ResultAsync(Cancel), await Study("a", fake).ResultAsync(Cancel));

        StudyPlan other = Plan();
        other.SourceMixtures = [new TaskMixture("generic", [StudyFake.Task("source/0"), StudyFake.Task("source/2")]), other.SourceMixtures[1]];
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => Study("a", fake, other).RunAsync(cancellationToken: Cancel));
        Assert.Contains("source task is", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_study_may_have_mixtures_alone()
    {
        StudyPlan plan = Plan();
        plan.Sources = [];
        StudyFake fake = new();
        StudyStatus status = await Study("a", fake, plan).RunAsync(cancellationToken: Cancel);
        Assert.Equal(new StudyStatus(4 + 4 + 4 + 8 + 4 + 8, 4 + 4 + 4 + 8 + 4 + 8, 0), status); // no tasks to mix
        Assert.Equal(["generic", "with target"], (await Study("a", fake, plan).ResultAsync(Cancel)).Sources);
    }

    [Fact]
    public void Names_of_mixtures_are_their_own()
    {
        StudyPlan plan = Plan();
        plan.SourceMixtures = [new TaskMixture("source/0", [StudyFake.Task("x")])];
        Assert.Contains("Sources with SourceMixtures has 'source/0' twice", Assert.Throws<ArgumentException>(() => StudyUnitInfo.Of(plan)).Message, StringComparison.Ordinal);
        plan.SourceMixtures = [new TaskMixture("target 0", [StudyFake.Task("x")])];
        Assert.Contains("'target 0', which is a target's name too", Assert.Throws<ArgumentException>(() => StudyUnitInfo.Of(plan)).Message, StringComparison.Ordinal);
        plan.SourceMixtures = [new TaskMixture("A", [StudyFake.Task("x")]), new TaskMixture("a", [StudyFake.Task("y")])];
        Assert.Contains("source.mixture.a_1.0", StudyUnitInfo.Of(plan).Select(unit => unit.Name)); // apart where files are, too
    }

    internal static StudyPlan Plan()
    {
        StudyPlan plan = StudyFake.Plan();
        plan.SourceMixtures =
        [
            new TaskMixture("generic", [plan.Sources[0], plan.Sources[1]]),
            new TaskMixture("with target", [plan.Sources[2], plan.Targets[0]]),
        ];
        return plan;
    }

    private Study Study(string folder, StudyFake fake, StudyPlan? plan = null) =>
        new(plan ?? Plan(), Path.Combine(_folder.Path, folder), StudyFake.Backbone, fake, fake, fake);
}
