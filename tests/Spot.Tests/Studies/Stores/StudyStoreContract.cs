using System.Text.Json;
using System.Text.Json.Serialization;
using Spot.Backbone;
using Spot.Studies;
using Spot.Tests.Tuning;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Studies;

/// <summary>What every store of studies does: the same study as in one folder by one process, whoever does which part of it.</summary>
public abstract class StudyStoreContract : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly TempFolder _folder = new();

    /// <summary>Cancelled with the test.</summary>
    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>A folder that is removed at the end.</summary>
    protected string Folder => _folder.Path;

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens a store as another process would: of one name what was kept under it is there.</summary>
    protected abstract Task<IStudyStore> OpenAsync(string name, BackboneIdentity backbone);

    [Fact]
    public async Task A_study_that_stops_anywhere_goes_on_elsewhere_to_the_same_result()
    {
        string whole = await WholeAsync(StudyFake.Plan());
        StudyFake fake = new();
        for (int stop = 1; ; stop += 9)
        {
            using IStudyStore store = await OpenAsync("stopped", StudyFake.Backbone);
            using Study study = Study(store, fake);
            fake.StopAt = fake.Calls.Count + stop;
            try
            {
                Assert.Equal(0, (await study.RunAsync(cancellationToken: Cancel)).Left);
                break;
            }
            catch (OperationCanceledException)
            {
                Assert.InRange((await study.ResultAsync(Cancel)).Missing, 1, 54);
            }
        }

        Assert.Equal(whole, await ResultAsync("stopped", StudyFake.Plan()));
    }

    [Fact]
    public async Task Two_that_work_on_one_study_share_it()
    {
        string whole = await WholeAsync(StudyFake.Plan());
        using IStudyStore first = await OpenAsync("shared", StudyFake.Backbone), second = await OpenAsync("shared", StudyFake.Backbone);
        StudyFake one = new(), other = new();
        using Study here = Study(first, one), there = Study(second, other);
        Assert.InRange((await here.RunAsync(new StudyShard(1, 2), cancellationToken: Cancel)).Left, 1, 8);
        Assert.Equal(0, (await there.RunAsync(new StudyShard(2, 2), cancellationToken: Cancel)).Left);
        Assert.Equal(54, (await here.RunAsync(new StudyShard(1, 2), cancellationToken: Cancel)).Done);
        Assert.Equal(54 + 8, one.Calls.Count + other.Calls.Count);
        Assert.Equal(whole, await ResultAsync("shared", StudyFake.Plan()));
    }

    [Fact]
    public async Task More_sources_redo_only_what_chose_among_them()
    {
        string whole = await WholeAsync(StudyFake.Plan());
        using IStudyStore store = await OpenAsync("more", StudyFake.Backbone);
        using (Study small = Study(store, new StudyFake(), StudyFake.Plan(sources: 2)))
        {
            await small.RunAsync(cancellationToken: Cancel);
        }

        StudyFake fake = new();
        using Study study = Study(store, fake);
        await study.RunAsync(cancellationToken: Cancel);
        Assert.Equal(2 + 8 + 8 + 16, fake.Calls.Count);
        Assert.Equal(whole, await ResultAsync("more", StudyFake.Plan()));
    }

    [Fact]
    public async Task A_folder_of_shards_is_taken_over()
    {
        string whole = await WholeAsync(StudyFake.Plan());
        using IStudyStore store = await OpenAsync("merged", StudyFake.Backbone);
        StudyFake rest = new();
        using Study study = Study(store, rest);
        await study.RunUnitAsync("source.source_1.0", cancellationToken: Cancel);
        await study.MergeAsync(Path.Combine(Folder, "whole"), Cancel);
        Assert.Equal(54, (await study.RunAsync(cancellationToken: Cancel)).Done);
        Assert.Single(rest.Calls);
        Assert.Equal(whole, await ResultAsync("merged", StudyFake.Plan()));
    }

    [Fact]
    public async Task What_was_computed_otherwise_is_refused_by_what_differs()
    {
        using (IStudyStore store = await OpenAsync("a", StudyFake.Backbone))
        {
            using Study study = Study(store, new StudyFake());
            await study.RunAsync(cancellationToken: Cancel);
            StudyPlan plan = StudyFake.Plan();
            plan.TargetOptions.Steps = 41;
            StudyFake fake = new();
            using Study other = Study(store, fake, plan);
            SpotException error = await Assert.ThrowsAsync<SpotException>(() => other.RunAsync(cancellationToken: Cancel));
            Assert.Contains("target Steps is 40 there and 41 in this plan", error.Message, StringComparison.Ordinal);
            Assert.Contains(store.Locate("baseline.target_0.0"), error.Message, StringComparison.Ordinal);
            Assert.Empty(fake.Calls);
        }

        foreach ((BackboneIdentity backbone, string what) in new[]
        {
            (StudyFake.Backbone with { Precision = BackbonePrecision.BFloat16 }, "precision is Float32 there and BFloat16"),
            (StudyFake.Backbone with { DeviceType = "cuda" }, "device is cpu there and cuda"),
            (StudyFake.Backbone with { Fingerprint = "other" }, "other"),
        })
        {
            SpotException error = await Assert.ThrowsAsync<SpotException>(async () =>
            {
                using IStudyStore store = await OpenAsync("a", backbone);
                StudyFake fake = new();
                using Study study = new(StudyFake.Plan(), store, backbone, fake, fake, fake);
                await study.RunAsync(cancellationToken: Cancel);
            });
            Assert.Contains(what, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Units_that_tune_models_stop_anywhere_and_go_on_elsewhere_to_the_same_result()
    {
        StudyPlan plan = StudyFake.Plan();
        plan.SourceMixtures = [new TaskMixture("generic", [plan.Sources[0], plan.Sources[1]])];
        (plan.FewShot, plan.ModelTuning, plan.MultiTaskModelTuning) = (new FewShotOptions { Demonstrations = 3 }, new ModelTuningOptions { Steps = 30 }, new ModelTuningOptions { Steps = 50 });
        Study Open(IStudyStore store, StudyFake fake, ModelFake model) =>
            new(plan, store, StudyFake.Backbone, fake, fake, fake, model.Tools with { ModelFolder = Path.Combine(Folder, "models", store.GetType().Name) });
        StudyFake whole = new();
        using (Study study = new(plan, Path.Combine(Folder, "whole"), StudyFake.Backbone, whole, whole, whole, new ModelFake().Tools))
        {
            await study.RunAsync(cancellationToken: Cancel);
        }

        StudyFake fake = new();
        int calls = 0;
        foreach ((int stop, bool atOpening) in new[] { (3, false), (12, false), (0, true), (0, false) })
        {
            using IStudyStore store = await OpenAsync("methods", StudyFake.Backbone);
            ModelFake model = new() { StopAt = stop, StopAtOpening = atOpening };
            using Study study = Open(store, fake, model);
            Task run = study.RunAsync(cancellationToken: Cancel);
            await (stop == 0 && !atOpening ? run : Assert.ThrowsAsync<OperationCanceledException>(() => run));
            Assert.Equal(0, model.Open);
            calls += model.Calls.Count;
        }

        Assert.Equal(8 + 4 + 2 + 4 + 2, calls); // each that was stopped again
        using Study read = new(plan, Path.Combine(Folder, "whole"), StudyFake.Backbone, whole, whole, whole);
        Assert.Equal(JsonSerializer.Serialize(await read.ResultAsync(Cancel), Json), await ResultAsync("methods", plan));
    }

    [Fact]
    public async Task A_sweep_that_stops_anywhere_goes_on_elsewhere_to_the_same_table()
    {
        string whole = await WholeAsync(StudyFake.Sweep());
        StudyFake fake = new();
        for (int stop = 1; ; stop += 3)
        {
            using IStudyStore store = await OpenAsync("sweep", StudyFake.Backbone);
            using Study study = Study(store, fake, StudyFake.Sweep());
            fake.StopAt = fake.Calls.Count + stop;
            try
            {
                Assert.Equal(new StudyStatus(24, 24, 0), await study.RunAsync(cancellationToken: Cancel));
                break;
            }
            catch (OperationCanceledException)
            {
                Assert.InRange((await study.ResultAsync(Cancel)).Settings.Single().Missing, 1, 24);
            }
        }

        Assert.Equal(24 + 4, fake.Calls.Count); // those that were stopped again
        Assert.Equal(whole, await ResultAsync("sweep", StudyFake.Sweep()));
    }

    [Fact]
    public async Task Runs_of_a_sweep_that_stopped_go_on_elsewhere_to_the_same_bits_as_in_a_folder()
    {
        using T5Backbone model = Toy.Backbone();
        PromptTuner tuner = new(model);
        TuningOptions options = Toy.Options(8);
        (options.EvaluateEvery, options.CheckpointEvery, options.MaxValidationExamples) = (2, 2, 8);
        SweepPlan plan = new() { Task = Toy.Task("roads"), Options = options, LearningRates = [0.3, 1], PromptLengths = [3, 5], Seeds = [0] };
        Study Real(IStudyStore store) => new(plan, store, model.Identity, tuner, new PromptEvaluator(model), new TaskEmbedder(tuner));
        using StudyFolder folder = new(Path.Combine(Folder, "whole-sweep"), model.Identity.Fingerprint);
        using (Study whole = Real(folder))
        {
            Assert.Equal(4, (await whole.RunAsync(cancellationToken: Cancel)).Done);
        }

        string[] names = [.. StudyUnitInfo.Of(plan).Select(unit => unit.Name)];
        foreach (string name in names)
        {
            using CancellationTokenSource stop = new();
            using (IStudyStore store = await OpenAsync("stopped-sweep", model.Identity))
            {
                using Study study = Real(store);
                Listener<TuningProgress> atFive = new(now => (now.Step == 5 ? stop : null)?.Cancel());
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => study.RunUnitAsync(name, atFive, stop.Token));
            }

            using IStudyStore elsewhere = await OpenAsync("stopped-sweep", model.Identity);
            using Study other = Real(elsewhere);
            List<int> steps = [];
            await other.RunUnitAsync(name, new Listener<TuningProgress>(now => steps.Add(now.Step)), Cancel);
            Assert.Equal(5, steps[0]); // not from the beginning
        }

        using IStudyStore end = await OpenAsync("stopped-sweep", model.Identity);
        IReadOnlyDictionary<string, byte[]> expected = await folder.ReadAsync(names, Cancel), actual = await end.ReadAsync(names, Cancel);
        Assert.Equal(4, expected.Count);
        Assert.All(names, name => Assert.Equal(expected[name], actual[name]));
    }

    [Fact]
    public async Task A_run_that_stopped_goes_on_elsewhere_from_its_checkpoint_to_the_same_bits()
    {
        using T5Backbone model = Toy.Backbone();
        PromptTuner tuner = new(model);
        StudyPlan plan = RealPlan();
        Study Real(IStudyStore store) => new(plan, store, model.Identity, tuner, new PromptEvaluator(model), new TaskEmbedder(tuner));
        async Task<(string Content, float[] Prompt)> EndAsync(IStudyStore store)
        {
            byte[] content = (await store.ReadAsync(["source.mills.0"], Cancel))["source.mills.0"];
            PromptRecord record = (await (await store.OpenPromptsAsync(StudyPromptKind.Source, ["mills-0"], Cancel)).GetAsync("mills-0", Cancel))!;
            return (System.Text.Encoding.UTF8.GetString(content), [.. record.Prompt.Values.Span, .. record.Embedding!.Prompt.Values.Span, .. record.Embedding.Start!.Values.Span]);
        }

        using IStudyStore whole = await OpenAsync("whole-run", model.Identity);
        using (Study study = Real(whole))
        {
            await study.RunUnitAsync("source.mills.0", cancellationToken: Cancel);
        }

        using CancellationTokenSource stop = new();
        using (IStudyStore store = await OpenAsync("stopped-run", model.Identity))
        {
            using Study study = Real(store);
            Listener<TuningProgress> atFive = new(now =>
            {
                if (now.Step == 5)
                {
                    stop.Cancel();
                }
            });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => study.RunUnitAsync("source.mills.0", atFive, stop.Token));
        }

        using IStudyStore elsewhere = await OpenAsync("stopped-run", model.Identity);
        using (Study study = Real(elsewhere))
        {
            List<int> steps = [];
            Assert.True(await study.RunUnitAsync("source.mills.0", new Listener<TuningProgress>(now => steps.Add(now.Step)), Cancel));
            Assert.Equal(5, steps[0]); // not from the beginning
        }

        Assert.Equal(await EndAsync(whole), await EndAsync(elsewhere), (a, b) => a.Content == b.Content && a.Prompt.AsSpan().SequenceEqual(b.Prompt));
    }

    /// <summary>The study in one folder by one process, as a text.</summary>
    protected async Task<string> WholeAsync(StudyPlan plan)
    {
        StudyFake fake = new();
        using Study study = new(plan, Path.Combine(Folder, "whole"), StudyFake.Backbone, fake, fake, fake);
        await study.RunAsync(cancellationToken: Cancel);
        return JsonSerializer.Serialize(await study.ResultAsync(Cancel), Json);
    }

    /// <summary>A study's results as a text.</summary>
    protected async Task<string> ResultAsync(string name, StudyPlan plan)
    {
        using IStudyStore store = await OpenAsync(name, StudyFake.Backbone);
        using Study study = Study(store, new StudyFake(), plan);
        return JsonSerializer.Serialize(await study.ResultAsync(Cancel), Json);
    }

    internal static Study Study(IStudyStore store, StudyFake fake, StudyPlan? plan = null) => new(plan ?? StudyFake.Plan(), store, StudyFake.Backbone, fake, fake, fake);

    internal static StudyPlan RealPlan()
    {
        TuningOptions options = Toy.Options(8);
        (options.EvaluateEvery, options.CheckpointEvery, options.EmbeddingStep, options.MaxValidationExamples) = (2, 2, 4, 8);
        return new() { Sources = [Toy.Task("mills")], Targets = [Toy.Task("roads")], SourceSeeds = [0], TargetSeeds = [0], SourceOptions = options, TargetOptions = options.Clone() };
    }
}
