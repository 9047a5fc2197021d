using Microsoft.Extensions.Logging;
using Spot.Library;
using Spot.Studies;
using Spot.Tests.Transfer;
using Spot.Tests.Tuning;
using Spot.Transfer;

namespace Spot.Tests.Studies;

/// <summary>A study that stops, goes on, is cut into shards and put together again: always to the same result.</summary>
public sealed class StudyTests : IDisposable
{
    // 6 source prompts, 2 targets in 2 runs: 6 + 4 + 4 + 24 + 2 · 4 averages + 2 · 4 mixtures.
    private const int Units = 54;
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Does_every_unit_once_with_its_seed_and_start()
    {
        StudyFake fake = new();
        List<StudyProgress> progress = [];
        StudyStatus status = await Study("a", fake).RunAsync(progress: new Listener<StudyProgress>(progress.Add), cancellationToken: Cancel);
        Assert.Equal(new StudyStatus(Units, Units, 0), status);
        Assert.Equal(Units + 8, fake.Calls.Count); // a mixture is two runs
        Assert.Equal(["source/0 0", "source/0 1", "source/1 0", "source/1 1", "source/2 0", "source/2 1"], fake.Calls.Take(6).Select(call => string.Join(' ', call.Split(' ')[..2])));
        Assert.Equal(["embed target 0 0", "embed target 0 5", "embed target 1 0", "embed target 1 5"], fake.Calls.Skip(6).Take(4));
        Assert.Equal("target 0 0 SampledVocabulary scratch", fake.Calls[10]); // it has no labels to start from
        Assert.Equal(4 + 24 + 8 + 8, fake.Calls.Count(call => call.StartsWith("target", StringComparison.Ordinal)));
        Assert.Equal(8, fake.Calls.Count(call => call.Contains('+', StringComparison.Ordinal) && call.EndsWith("scratch", StringComparison.Ordinal)));
        Assert.Empty(Directory.GetDirectories(Path.Combine(_folder.Path, "a", "runs")));
        Assert.Equal("transfer.source_1.0.target_0.0", progress.First(one => one.Done == 6 + 4 + 4 + 9).Unit);
        Assert.Equal((Units, Units, (TimeSpan?)TimeSpan.Zero), (progress[^1].Done, progress[^1].Total, progress[^1].Remaining));
        Assert.Null(progress[0].Remaining);
        StudyFake again = new();
        Assert.Equal(status, await Study("a", again).RunAsync(cancellationToken: Cancel));
        Assert.Empty(again.Calls);
    }

    [Fact]
    public async Task Says_what_it_is_going_to_do_and_what_was_done_before()
    {
        // 6 sources of 40 steps, 4 embeddings of 4, 4 + 24 + 8 runs of 40, 8 mixtures of 80.
        const int steps = (6 * 40) + (4 * 4) + (36 * 40) + (8 * 80);
        List<StudyProgress> progress = [];
        Messages<Study> log = new(LogLevel.Information);
        StudyFake fake = new() { StopAt = 4 };
        Study study = new(StudyFake.Plan(), Path.Combine(_folder.Path, "a"), StudyFake.Backbone, fake, fake, fake, logger: log);
        await Assert.ThrowsAsync<OperationCanceledException>(() => study.RunAsync(progress: new Listener<StudyProgress>(progress.Add), cancellationToken: Cancel));
        Assert.Equal((0, 0, Units, (long)steps), (progress[0].Done, progress[0].DoneBefore, progress[0].Total, progress[0].StepsLeft));
        Assert.Equal($"begins: {Units} units to do, {steps} tuning steps", progress[0].ToString());
        Assert.StartsWith($"0/{Units} source.source_0.0 step 1/40, about ", progress[2].ToString(), StringComparison.Ordinal);
        Assert.Contains($": {Units} units of work to do, {steps} tuning steps", log.All[0], StringComparison.Ordinal);
        Assert.StartsWith($"1/{Units} source.source_0.0 is done, about 0", log.All[1], StringComparison.Ordinal);

        progress.Clear();
        log.All.Clear();
        fake.StopAt = 0;
        await study.RunAsync(progress: new Listener<StudyProgress>(progress.Add), cancellationToken: Cancel);
        Assert.Equal((3, 3, Units, steps - (3 * 40L)), (progress[0].Done, progress[0].DoneBefore, progress[0].Total, progress[0].StepsLeft));
        Assert.Equal($"goes on: 3 of {Units} units were done before, {Units - 3} units to do, {steps - (3 * 40)} tuning steps", progress[0].ToString());
        Assert.Contains($"goes on, shard 1/1: 3 of {Units} units of work were done before; {Units - 3} to do, {steps - (3 * 40)} tuning steps", log.All[0], StringComparison.Ordinal);
        Assert.Equal(Units - 3 + 2, log.All.Count);
        Assert.Contains($"{Units} of all {Units} units of work are done", log.All[^1], StringComparison.Ordinal);
        Assert.Equal((Units, 0L), (progress[^1].Done, progress[^1].StepsLeft));
    }

    [Fact]
    public async Task The_file_of_a_unit_is_read_once()
    {
        // From the first transfer on, nobody may want to read what the sources' units gave.
        StudyFake fake = new();
        fake.OnCall = call =>
        {
            if (fake.Calls.Count == 6 + 4 + 4 + 1)
            {
                foreach (string file in Directory.GetFiles(Path.Combine(_folder.Path, "a", "units"), "source.*"))
                {
                    File.WriteAllText(file, "damaged");
                }
            }
        };
        Assert.Equal(new StudyStatus(Units, Units, 0), await Study("a", fake).RunAsync(cancellationToken: Cancel));
        Assert.Equal(Units + 8, fake.Calls.Count);
        await Assert.ThrowsAsync<InvalidDataException>(() => Study("a", fake).RunAsync(cancellationToken: Cancel));
    }

    [Fact]
    public async Task Files_are_not_read_on_the_callers_thread()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes in the file system.");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "a", "units"));
        string pipe = Path.Combine(_folder.Path, "a", "units", "source.source_0.0.json");
        using (System.Diagnostics.Process make = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await make.WaitForExitAsync(Cancel);
        }

        foreach (Func<Study, Task> call in new Func<Study, Task>[] { study => study.RunAsync(cancellationToken: Cancel), study => study.ResultAsync(Cancel) })
        {
            // Whoever opens the pipe waits for its writer, who comes when the call has returned.
            Study study = Study("a", new StudyFake());
            Task running = await Task.Run(() => (IAsyncResult)call(study), Cancel).WaitAsync(TimeSpan.FromSeconds(60), Cancel) as Task ?? Task.CompletedTask;
            await File.WriteAllTextAsync(pipe, "no unit", Cancel);
            Assert.Contains(pipe, (await Assert.ThrowsAsync<InvalidDataException>(() => running)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_plan_that_changes_afterwards_changes_no_study()
    {
        StudyPlan plan = StudyFake.Plan();
        List<TextTask> sources = [.. plan.Sources];
        List<int> ks = [1, 2];
        (plan.Sources, plan.BestOfTopKValues) = (sources, ks);
        StudyFake fake = new();
        Study study = Study("a", fake, plan);
        sources.RemoveAt(0);
        ks.Add(3);
        plan.SourceOptions.Steps = 41;
        plan.TargetOptions.Optimizer.LearningRate = 7;
        plan.AverageOfTopKValues = [];
        Assert.Equal(Units, (await study.RunAsync(cancellationToken: Cancel)).Total);
        await Study("whole", new StudyFake()).RunAsync(cancellationToken: Cancel);
        AssertEqual(await Study("whole", fake).ResultAsync(Cancel), await study.ResultAsync(Cancel));
        AssertEqual(await Study("whole", fake).ResultAsync(Cancel), await Study("a", fake).ResultAsync(Cancel)); // by its options too
    }

    [Fact]
    public async Task Results_are_the_runs()
    {
        StudyPlan plan = StudyFake.Plan();
        await Study("a", new StudyFake()).RunAsync(cancellationToken: Cancel);
        StudyResult result = await Study("a", new StudyFake()).ResultAsync(Cancel);
        Assert.Equal(0, result.Missing);
        PromptLibrary library = PromptLibrary.Open(Path.Combine(_folder.Path, "a", "library"));
        foreach ((int prompt, string id) in new[] { "source_0-0", "source_0-1", "source_1-0", "source_1-1", "source_2-0", "source_2-1" }.Index())
        {
            SoftPrompt start = (await library.GetAsync(id, Cancel))!.Prompt;
            for (int target = 0; target < 2; target++)
            {
                for (int seed = 0; seed < 2; seed++)
                {
                    TuningOptions options = new() { Seed = plan.TargetSeeds[seed], RunFolder = _folder.Path };
                    TuningResult run = await new StudyFake().TuneAsync(plan.Targets[target], options, start, cancellationToken: Cancel);
                    Assert.Equal(run.BestScore, result.Validation.Scores.Transfer[prompt][target][seed]);
                    PromptEvaluation test = await new StudyFake().EvaluateAsync(run.Best, plan.Targets[target], plan.Targets[target].Test, cancellationToken: Cancel);
                    Assert.Equal(test.Score, result.Test!.Scores.Transfer[prompt][target][seed]);
                }
            }
        }

        Assert.Equal([.. plan.Sources.Concat(plan.Targets).Select(task => task.Name)], result.Similarities[0].Tasks);
        Assert.All(result.Similarities.SelectMany(one => one.TaskMatrix.SelectMany(row => row)), cell => Assert.InRange(cell, -1, 1));
        Assert.Equal(
            [
                "Baseline", "Restarts 2", "RandomPrompt", "Oracle", "Racing",
                "BestOfTopK 1 AverageDisplacement", "BestOfTopK 2 AverageDisplacement", "Racing 3 AverageDisplacement", "WeightedAverage 2 AverageDisplacement", "Mixture 2 AverageDisplacement",
                "BestOfTopK 1 AverageToken", "BestOfTopK 2 AverageToken", "Racing 3 AverageToken", "WeightedAverage 2 AverageToken", "Mixture 2 AverageToken",
            ],
            result.Validation.Table.Select(row => $"{row.Strategy} {row.K} {row.Similarity}".TrimEnd()));
        Assert.All(result.Validation.Table, row => Assert.True(double.IsFinite(row.Score.Mean) && row.Steps > 0));
        SearchSpaceRow oracle = result.Validation.Table.Single(row => row.Strategy == StudyStrategy.Oracle);
        Assert.Equal((100, 6 * 40), (oracle.ShareOfOracleGain, oracle.LibrarySteps));
        Assert.All(result.Validation.Table, row => Assert.InRange(row.Absolute.Mean, row.AbsoluteInterval.Low, row.AbsoluteInterval.High));

        // What validation chose is what the test score is of, so it can be lower than another prompt's.
        double[] best = [.. Enumerable.Range(0, 2).SelectMany(target => Enumerable.Range(0, 2).Select(seed =>
            result.Test!.Scores.Transfer.MaxBy(prompt => result.Validation.Scores.Transfer[result.Test.Scores.Transfer.Index().First(one => one.Item == prompt).Index][target][seed])![target][seed]))];
        Assert.Equal(best.Average(), result.Test!.Table.Single(row => row.Strategy == StudyStrategy.Oracle).Score.Mean, 1e-9);
    }

    [Fact]
    public async Task A_study_that_stops_anywhere_goes_on_to_the_same_result()
    {
        await Study("whole", new StudyFake()).RunAsync(cancellationToken: Cancel);
        StudyFake fake = new();
        for (int stop = 1; ; stop += 7)
        {
            fake.StopAt = fake.Calls.Count + stop;
            try
            {
                await Study("stopped", fake).RunAsync(cancellationToken: Cancel);
                break;
            }
            catch (OperationCanceledException)
            {
                StudyResult part = await Study("stopped", fake).ResultAsync(Cancel);
                Assert.InRange(part.Missing, 1, Units);
            }
        }

        AssertEqual(await Study("whole", fake).ResultAsync(Cancel), await Study("stopped", fake).ResultAsync(Cancel));
    }

    [Fact]
    public async Task Shards_in_folders_of_their_own_are_merged_to_the_same_result()
    {
        await Study("whole", new StudyFake()).RunAsync(cancellationToken: Cancel);
        int calls = 0;
        for (int shard = 1; shard <= 3; shard++)
        {
            StudyFake fake = new();
            StudyStatus status = await Study($"shard-{shard}", fake).RunAsync(new StudyShard(shard, 3), cancellationToken: Cancel);
            Assert.InRange(status.Left, 1, 8); // averages and mixtures wait for the prompts of the others
            calls += fake.Calls.Count;
        }

        for (int shard = 1; shard <= 3; shard++)
        {
            StudyFake fake = new();
            await Study("merged", fake).MergeAsync(Path.Combine(_folder.Path, $"shard-{shard}"), Cancel);
            await Study("merged", fake).MergeAsync(Path.Combine(_folder.Path, $"shard-{shard}"), Cancel);
        }

        StudyFake rest = new();
        for (int shard = 1; shard <= 3; shard++)
        {
            StudyStatus status = await Study("merged", rest).RunAsync(new StudyShard(shard, 3), cancellationToken: Cancel);
            Assert.Equal(0, status.Left);
        }

        Assert.Equal(Units + 8, calls + rest.Calls.Count); // nothing was done twice
        AssertEqual(await Study("whole", rest).ResultAsync(Cancel), await Study("merged", rest).ResultAsync(Cancel));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => Study("merged", rest).MergeAsync(Path.Combine(_folder.Path, "nothing"), Cancel));
    }

    [Fact]
    public async Task Leaking_pairs_and_a_task_as_its_own_source_are_left_out()
    {
        StudyPlan plan = StudyFake.Plan();
        plan.Targets = [plan.Targets[0], StudyFake.Task(plan.Sources[1].Name, test: true)];
        plan.Leaks = (source, target) => source.Name == "source/0" && target.Name == "target 0";
        StudyFake fake = new();
        Study study = new(plan, Path.Combine(_folder.Path, "leaks"), StudyFake.Backbone, fake, fake, fake);
        StudyStatus status = await study.RunAsync(cancellationToken: Cancel);
        Assert.Equal(Units - 8, status.Total);
        StudyResult result = await study.ResultAsync(Cancel);
        Assert.Equal([[true, false], [false, true], [false, false]], result.Leaks);
        Assert.True(double.IsNaN(result.Validation.Reductions[0][0]) && double.IsNaN(result.Validation.Reductions[1][1]));
        Assert.True(double.IsFinite(result.Validation.Reductions[1][0]) && double.IsFinite(result.Validation.Reductions[0][1]));
        Assert.Equal(4, result.Validation.Correlations[0].Points);
        Assert.Equal(["source/0", "source/1", "source/2", "target 0"], result.Similarities[0].Tasks);
        Assert.DoesNotContain(fake.Calls, call => call.Contains("source/0+", StringComparison.Ordinal) && call.Contains("target 0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task More_sources_can_be_added_and_redo_only_what_chose_among_them()
    {
        await Study("a", new StudyFake(), StudyFake.Plan(sources: 2)).RunAsync(cancellationToken: Cancel);
        StudyFake fake = new();
        await Study("a", fake).RunAsync(cancellationToken: Cancel);
        Assert.Equal(2 + 8 + 8 + 16, fake.Calls.Count); // two prompts, their transfers, averages, mixtures
        await Study("whole", new StudyFake()).RunAsync(cancellationToken: Cancel);
        AssertEqual(await Study("whole", fake).ResultAsync(Cancel), await Study("a", fake).ResultAsync(Cancel));
    }

    [Fact]
    public async Task Longer_runs_without_transfer_can_be_added_and_are_runs_of_their_own()
    {
        await Study("a", new StudyFake()).RunAsync(cancellationToken: Cancel);
        StudyPlan plan = StudyFake.Plan();
        plan.LongBaselineSteps = [90, 300];
        List<StudyProgress> progress = [];
        StudyFake fake = new();
        StudyStatus status = await Study("a", fake, plan).RunAsync(progress: new Listener<StudyProgress>(progress.Add), cancellationToken: Cancel);
        Assert.Equal(new StudyStatus(Units + 8, Units + 8, 0), status);
        Assert.Equal(["target 0 0", "target 0 5", "target 1 0", "target 1 5"], fake.Calls.Take(4).Select(call => call.Replace(" SampledVocabulary scratch", "", StringComparison.Ordinal)));
        Assert.Equal(8, fake.Calls.Count);
        Assert.Equal([90, 300], fake.Steps.Distinct());
        Assert.Equal(4 * (90 + 300), progress[0].StepsLeft);
        Assert.Contains("longbaseline.300.target_1.5", progress.Select(one => one.Unit));
        StudyResult result = await Study("a", fake, plan).ResultAsync(Cancel);
        Assert.Equal(0, result.Missing);
        Assert.Equal(2, result.Validation.Table.Count(row => row.Strategy == StudyStrategy.LongBaseline));
        plan.TargetOptions.EvaluateEvery = 20;
        Assert.Contains("target EvaluateEvery", (await Assert.ThrowsAsync<SpotException>(() => Study("a", fake, plan).RunAsync(cancellationToken: Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_another_study_is_refused_by_what_differs()
    {
        await Study("a", new StudyFake()).RunAsync(cancellationToken: Cancel);
        foreach ((Action<StudyPlan> change, string what) in new (Action<StudyPlan>, string)[]
        {
            (plan => plan.TargetOptions.Steps = 41, "target Steps is 40 there and 41 in this plan"),
            (plan => plan.SourceOptions.Optimizer.LearningRate = 1, "source Optimizer.LearningRate is 0.3 there and 1 in this plan"),
            (plan => plan.TargetOptions.OverwriteWithLabelRows = true, "target OverwriteWithLabelRows is False there and True in this plan"),
            (plan => plan.Targets = [new TextTask("target 0", [], [new TextExample("x", "y")], [new TextExample("c", "d")])], "target task is"),
        })
        {
            StudyPlan plan = StudyFake.Plan();
            change(plan);
            SpotException error = await Assert.ThrowsAsync<SpotException>(() => Study("a", new StudyFake(), plan).RunAsync(cancellationToken: Cancel));
            Assert.Contains(what, error.Message, StringComparison.Ordinal);
        }

        StudyFake fake = new();
        foreach ((BackboneIdentity other, string what) in new[]
        {
            (StudyFake.Backbone with { Precision = BackbonePrecision.BFloat16 }, "precision is Float32 there and BFloat16 in this plan"),
            (StudyFake.Backbone with { DeviceType = "cuda" }, "device is cpu there and cuda in this plan"),
        })
        {
            Study elsewhere = new(StudyFake.Plan(), Path.Combine(_folder.Path, "a"), other, fake, fake, fake);
            Assert.Contains(what, (await Assert.ThrowsAsync<SpotException>(() => elsewhere.RunAsync(cancellationToken: Cancel))).Message, StringComparison.Ordinal);
        }

        Assert.Contains("other", Assert.Throws<SpotException>(() => new Study(StudyFake.Plan(), Path.Combine(_folder.Path, "a"), StudyFake.Backbone with { Fingerprint = "other" }, fake, fake, fake)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_does_not_know_an_option_did_without_it()
    {
        await Study("a", new StudyFake()).RunAsync(cancellationToken: Cancel);
        foreach (string file in Directory.GetFiles(Path.Combine(_folder.Path, "a", "units")))
        {
            string text = File.ReadAllText(file), older = text.Replace("\"target OverwriteWithLabelRows\":\"False\",", "", StringComparison.Ordinal);
            Assert.Equal(Path.GetFileName(file).StartsWith("source", StringComparison.Ordinal) || Path.GetFileName(file).StartsWith("embedding", StringComparison.Ordinal), text == older);
            File.WriteAllText(file, older);
        }

        StudyFake fake = new();
        await Study("a", fake).RunAsync(cancellationToken: Cancel);
        Assert.Empty(fake.Calls);
        StudyPlan plan = StudyFake.Plan();
        plan.TargetOptions.OverwriteWithLabelRows = true;
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => Study("a", fake, plan).RunAsync(cancellationToken: Cancel));
        Assert.Contains("target OverwriteWithLabelRows is nothing there and True in this plan", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_unit_is_named()
    {
        StudyFake fake = new();
        await Study("a", fake).RunAsync(cancellationToken: Cancel);
        string file = Path.Combine(_folder.Path, "a", "units", "baseline.target_1.5.json");
        File.WriteAllText(file, File.ReadAllText(file)[..40]);
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => Study("a", fake).ResultAsync(Cancel));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        File.Delete(file);
        fake.Calls.Clear();
        await Study("a", fake).RunAsync(cancellationToken: Cancel);
        Assert.Equal("target 1 5 SampledVocabulary scratch", Assert.Single(fake.Calls));
    }

    [Fact]
    public async Task A_target_run_that_diverges_counts_with_its_last_good_prompt()
    {
        StudyPlan plan = StudyFake.Plan();
        plan.MixtureOfTopKValues = [];
        StudyFake fake = new() { Diverging = "target 1" };
        await Study("a", fake, plan).RunAsync(cancellationToken: Cancel);
        StudyResult result = await Study("a", fake, plan).ResultAsync(Cancel);
        Assert.Equal(0, result.Missing);
        Assert.All(result.Validation.Scores.Transfer, prompt => Assert.Equal(Math.Round(50 + (40 * Math.Sin(15)), 3), prompt[1][0]));
        fake.Diverging = "source/1";
        await Assert.ThrowsAsync<TuningDivergedException>(() => Study("b", fake, plan).RunAsync(cancellationToken: Cancel));
    }

    [Fact]
    public void A_plan_that_cannot_be_carried_out_says_why()
    {
        foreach ((Action<StudyPlan> change, string what) in new (Action<StudyPlan>, string)[]
        {
            (plan => plan.Sources = [], "Sources is empty"),
            (plan => plan.TargetSeeds = [1, 1], "TargetSeeds has '1' twice"),
            (plan => plan.BestOfTopKValues = [0], "BestOfTopKValues has 0"),
            (plan => plan.LongBaselineSteps = [50, 50], "LongBaselineSteps has 50, 50"),
            (plan => plan.LongBaselineSteps = [0], "LongBaselineSteps has 0"),
            (plan => plan.SourceOptions.EmbeddingStep = 41, "before its EmbeddingStep 41"),
            (plan => plan.RacingOfAllBudgetFraction = 1.5, "above 0 and at most 1"),
        })
        {
            StudyPlan plan = StudyFake.Plan();
            change(plan);
            Assert.Contains(what, Assert.ThrowsAny<ArgumentException>(() => Study("a", new StudyFake(), plan)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Shards_are_read_as_i_of_n()
    {
        Assert.Equal(new StudyShard(2, 4), StudyShard.Parse("2/4"));
        Assert.Equal("2/4", new StudyShard(2, 4).ToString());
        Assert.All(new[] { "0/4", "5/4", "2", "a/b", "-1/2", "" }, text => Assert.Throws<FormatException>(() => StudyShard.Parse(text)));
    }

    private Study Study(string folder, StudyFake fake, StudyPlan? plan = null) => new(plan ?? StudyFake.Plan(), Path.Combine(_folder.Path, folder), StudyFake.Backbone, fake, fake, fake);

    internal static void AssertEqual(StudyResult expected, StudyResult actual) =>
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(expected, Json), System.Text.Json.JsonSerializer.Serialize(actual, Json));

    private static readonly System.Text.Json.JsonSerializerOptions Json = new() { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
}
