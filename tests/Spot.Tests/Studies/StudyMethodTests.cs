using Spot.Backbone;
using Spot.Studies;
using Spot.Tests.Backbone;
using Spot.Tests.Transfer;
using Spot.Tests.Tuning;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Studies;

/// <summary>The methods of the paper's first table that tune no prompt, as units of a study.</summary>
public sealed class StudyMethodTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Methods_are_units_behind_all_others()
    {
        StudyUnitInfo[] units = StudyUnitInfo.Of(Plan()).ToArray(), before = StudyUnitInfo.Of(StudyMixtureTests.Plan()).ToArray();
        Assert.Equal(before.Select(unit => unit.Name), units.Take(before.Length).Select(unit => unit.Name));
        string[] runs = ["target_0.0", "target_0.5", "target_1.0", "target_1.5"];
        Assert.Equal(
        [
            .. runs.Select(run => ($"fewshot.{run}", "", 0L)),
            .. runs.Select(run => ($"modeltuning.{run}", "", 30L)),
            ("multitaskmodel.mixture.generic.0", "", 50L), ("multitaskmodel.mixture.generic.5", "", 50L),
            .. runs.Select(run => ($"multitaskmodeltuning.mixture.generic.{run}", $"multitaskmodel.mixture.generic.{run[^1]}", 30L)),
            ("multitaskmodel.mixture.with_target.0", "", 50L), ("multitaskmodel.mixture.with_target.5", "", 50L),
            .. runs[2..].Select(run => ($"multitaskmodeltuning.mixture.with_target.{run}", $"multitaskmodel.mixture.with_target.{run[^1]}", 30L)), // it holds the first target
        ], units.Skip(before.Length).Select(unit => (unit.Name, string.Join(' ', unit.Needs), unit.Steps)));
        StudyPlan plan = Plan();
        (plan.FewShot, plan.MultiTaskModelTuning) = (null, null);
        Assert.Equal(before.Length + 4, StudyUnitInfo.Of(plan).Count);
    }

    [Fact]
    public async Task Methods_have_rows_with_the_scores_of_their_runs()
    {
        ModelFake model = new();
        StudyFake fake = new();
        await Study("a", fake, model.Tools).RunAsync(cancellationToken: Cancel);
        Assert.Equal(0, model.Open);
        Assert.Equal(
        [
            "show target 0 0", "show target 0 0", "show target 0 5", "show target 0 5", "show target 1 0", "show target 1 0", "show target 1 5", "show target 1 5", // validation and test
            "base > target 0 0", "base > target 0 5", "base > target 1 0", "base > target 1 5",
            "base > generic 0", "base > generic 5",
            "base > generic 0 > target 0 0", "base > generic 5 > target 0 5", "base > generic 0 > target 1 0", "base > generic 5 > target 1 5",
            "base > with target 0", "base > with target 5", "base > with target 0 > target 1 0", "base > with target 5 > target 1 5",
        ], model.Calls);
        Assert.Empty(Directory.GetDirectories(Path.Combine(_folder.Path, "a", "runs")));
        Assert.Equal("base > generic 5", File.ReadAllText(Path.Combine(_folder.Path, "a", "models", "mixture.generic-5", "model")));

        StudyResult result = await Study("a", fake, null).ResultAsync(Cancel); // reading needs no tools
        Assert.Equal(0, result.Missing);
        MethodRow[] rows = [.. result.Validation.Methods], test = [.. result.Test!.Methods];
        Assert.Equal(
            [(StudyMethod.FewShot, null), (StudyMethod.PromptTuning, null), .. result.Sources.Select(source => (StudyMethod.Transfer, (string?)source)), (StudyMethod.ModelTuning, null), (StudyMethod.MultiTaskModelTuning, "generic"), (StudyMethod.MultiTaskModelTuning, "with target")],
            rows.Select(row => (row.Method, row.Source)));
        string[] seeds = ["0", "5"], targets = ["target 0", "target 1"];
        Assert.Equal(seeds.Average(seed => targets.Average(target => StudyFake.Bare($"3 of {target} by {seed}; c"))), rows[0].Suites[0].Score.Mean, 1e-9);
        Assert.Equal(seeds.Average(seed => targets.Average(target => StudyFake.Bare($"3 of {target} by {seed}; e"))), test[0].Suites[0].Score.Mean, 1e-9);
        Assert.Equal(seeds.Average(seed => targets.Average(target => ModelFake.Score($"base > {target} {seed}"))), rows[7].Suites[0].Score.Mean, 1e-9);
        Assert.Equal(seeds.Average(seed => targets.Average(target => ModelFake.Score($"base > {target} {seed}e"))), test[7].Suites[0].Score.Mean, 1e-9);
        Assert.Equal(seeds.Average(seed => targets.Average(target => ModelFake.Score($"base > generic {seed} > {target} {seed}"))), rows[8].Suites[0].Score.Mean, 1e-9);
        Assert.Equal(seeds.Average(seed => ModelFake.Score($"base > with target {seed} > target 1 {seed}e")), test[9].Suites[0].Score.Mean, 1e-9);
        Assert.Equal(["target 0"], test[9].Suites[0].LeftOut);
        Assert.Equal(rows[7].Suites[0].Score.Mean - rows[1].Suites[0].Score.Mean, rows[7].Suites[0].Change.Mean, 1e-9);
    }

    [Fact]
    public async Task Methods_that_are_added_to_a_study_stop_anywhere_and_go_on()
    {
        StudyFake fake = new();
        await Study("whole", fake, new ModelFake().Tools).RunAsync(cancellationToken: Cancel);
        await Study("a", fake, null, StudyMixtureTests.Plan()).RunAsync(cancellationToken: Cancel);
        List<string> done = [];
        StudyFake rest = new();
        foreach (int stop in new[] { 3, 7, 6, 0 })
        {
            ModelFake model = new() { StopAt = stop, StopAtOpening = stop == 6 }; // at an opening a model is tuned and not judged
            if (stop == 0)
            {
                await Study("a", rest, model.Tools).RunAsync(cancellationToken: Cancel);
            }
            else
            {
                await Assert.ThrowsAsync<OperationCanceledException>(() => Study("a", rest, model.Tools).RunAsync(cancellationToken: Cancel));
            }

            Assert.Equal(0, model.Open);
            done.AddRange(model.Calls);
        }

        Assert.Empty(rest.Calls); // what was done stays done
        Assert.Equal(22 + 3, done.Count); // each stopped run again
        StudyTests.AssertEqual(await Study("whole", fake, null).ResultAsync(Cancel), await Study("a", fake, null).ResultAsync(Cancel));
    }

    [Fact]
    public async Task What_the_plan_asks_for_and_the_study_was_not_given_is_said_before_any_work()
    {
        StudyTools all = new ModelFake().Tools;
        foreach ((StudyTools? tools, string what) in new[]
        {
            (null, "The plan has FewShot, but the study was given no StudyTools.ShowExamples"),
            (all with { ModelTuner = null }, "The plan has ModelTuning, but the study was given no StudyTools.ModelTuner"),
            (all with { OpenModel = null }, "The plan has ModelTuning, but the study was given no StudyTools.OpenModel"),
        })
        {
            StudyFake fake = new();
            Study study = Study("a", fake, tools);
            Assert.Contains(what, (await Assert.ThrowsAsync<InvalidOperationException>(() => study.RunAsync(cancellationToken: Cancel))).Message, StringComparison.Ordinal);
            Assert.Empty(fake.Calls);
            Assert.True(await study.RunUnitAsync("baseline.target_0.0", cancellationToken: Cancel) || what.Contains("ModelTuning", StringComparison.Ordinal)); // others can be done
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => Study("a", new StudyFake(), null).RunUnitAsync("modeltuning.target_0.0", cancellationToken: Cancel));
        using StudyFolder store = new(Path.Combine(_folder.Path, "store"), "fake");
        StudyFake other = new();
        Study elsewhere = new(Plan(), store, StudyFake.Backbone, other, other, other, all);
        Assert.Contains("no StudyTools.ModelFolder", (await Assert.ThrowsAsync<InvalidOperationException>(() => elsewhere.RunAsync(cancellationToken: Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_of_a_mixture_that_is_gone_is_named()
    {
        StudyTools tools = new ModelFake().Tools;
        Study study = Study("a", new StudyFake(), tools);
        await study.RunUnitAsync("multitaskmodel.mixture.generic.0", cancellationToken: Cancel);
        string folder = Path.Combine(_folder.Path, "a", "models", "mixture.generic-0");
        Directory.Move(folder, folder + "-moved");
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => study.RunUnitAsync("multitaskmodeltuning.mixture.generic.target_0.0", cancellationToken: Cancel));
        Assert.Contains($"no model in '{folder}' though the unit 'multitaskmodel.mixture.generic.0' is done", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_diverges_counts_with_its_checkpoint()
    {
        ModelFake model = new() { Diverging = "target 1" };
        Study study = Study("a", new StudyFake(), model.Tools);
        await study.RunUnitAsync("modeltuning.target_1.5", cancellationToken: Cancel);
        Assert.Equal(0, model.Open);
        StudyResult result = await study.ResultAsync(Cancel);
        MethodScore score = result.Test!.Methods.Single(row => row.Method == StudyMethod.ModelTuning).Suites[0];
        Assert.Equal((ModelFake.Score("base > target 1 5e"), 1, 3), (score.Score.Mean, score.Outcomes, score.Missing));
        Assert.Equal(ModelFake.Score("base > target 1 5c"), result.Validation.Methods.Single(row => row.Method == StudyMethod.ModelTuning).Suites[0].Score.Mean);
    }

    [Fact]
    public async Task Other_options_of_a_method_are_refused_and_an_impossible_plan_says_why()
    {
        await Study("a", new StudyFake(), new ModelFake().Tools).RunAsync(cancellationToken: Cancel);
        foreach ((Action<StudyPlan> change, string what) in new (Action<StudyPlan>, string)[]
        {
            (plan => plan.FewShot!.Demonstrations = 4, "few-shot Demonstrations is 3 there and 4 in this plan"),
            (plan => plan.ModelTuning!.Steps = 31, "model Steps is 30 there and 31 in this plan"),
            (plan => plan.ModelTuning!.Precision = BackbonePrecision.BFloat16, "model Precision is Float32 there and BFloat16 in this plan"),
            (plan => plan.MultiTaskModelTuning!.Optimizer.LearningRate = 1, "multi-task Optimizer.LearningRate is"),
        })
        {
            StudyPlan plan = Plan();
            change(plan);
            Assert.Contains(what, (await Assert.ThrowsAsync<SpotException>(() => Study("a", new StudyFake(), new ModelFake().Tools, plan).RunAsync(cancellationToken: Cancel))).Message, StringComparison.Ordinal);
        }

        StudyPlan impossible = Plan();
        impossible.ModelTuning = null;
        Assert.Contains("MultiTaskModelTuning needs ModelTuning", Assert.Throws<ArgumentException>(() => StudyUnitInfo.Of(impossible)).Message, StringComparison.Ordinal);
        impossible = Plan();
        impossible.SourceMixtures = [];
        Assert.Contains("MultiTaskModelTuning needs SourceMixtures", Assert.Throws<ArgumentException>(() => StudyUnitInfo.Of(impossible)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_real_model_the_units_are_what_their_parts_give()
    {
        using T5Backbone backbone = Toy.Backbone();
        TextTask target = Target();
        StudyPlan plan = new()
        {
            SourceMixtures = [new TaskMixture("both", [Toy.Task("mills"), Toy.Task("boats")])],
            Targets = [target],
            SourceSeeds = [0],
            TargetSeeds = [3],
            SourceOptions = Toy.Options(4),
            TargetOptions = Toy.Options(2),
            AverageOfTopKValues = [],
            MixtureOfTopKValues = [],
            FewShot = new FewShotOptions { Demonstrations = 2, MaxInputLength = 96 },
            ModelTuning = Toy.ModelOptions(4),
            MultiTaskModelTuning = Toy.ModelOptions(2),
        };
        plan.SourceOptions.EmbeddingStep = 2;
        plan.TargetOptions.EvaluationMethod = plan.ModelTuning.EvaluationMethod = EvaluationMethod.Ranking;
        BackboneOptions cpu = new() { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 };
        PromptTuner tuner = new(backbone);
        PromptEvaluator evaluator = new(backbone);
        using Study study = new(plan, Path.Combine(_folder.Path, "real"), backbone.Identity, tuner, evaluator, new TaskEmbedder(tuner), new StudyTools
        {
            ModelTuner = new ModelTuner(backbone),
            OpenModel = folder => TunedModel.Load(folder, cpu),
            ShowExamples = (task, examples, options) => FewShot.Apply(task, examples, backbone.Tokenizer, options).Examples,
        });
        Assert.Equal(0, (await study.RunAsync(cancellationToken: Cancel)).Left);
        StudyResult result = await study.ResultAsync(Cancel);
        double[] validation = [.. result.Validation.Methods.Select(row => row.Suites[0].Score.Mean)], test = [.. result.Test!.Methods.Select(row => row.Suites[0].Score.Mean)];
        Assert.Equal([StudyMethod.FewShot, StudyMethod.PromptTuning, StudyMethod.Transfer, StudyMethod.ModelTuning, StudyMethod.MultiTaskModelTuning], result.Validation.Methods.Select(row => row.Method));

        EvaluationOptions options = plan.TargetOptions.ToEvaluationOptions();
        IReadOnlyList<TextExample> shown = FewShot.Apply(target, target.Test, backbone.Tokenizer, new FewShotOptions { Demonstrations = 2, MaxInputLength = 96, Seed = 3 }).Examples;
        Assert.Equal((await evaluator.EvaluateAsync(null, target, shown, options, Cancel)).Score, test[0]);

        // The mixture, then the target, by hand.
        ModelTuningOptions first = plan.MultiTaskModelTuning, then = plan.ModelTuning;
        (first.Seed, then.Seed) = (3, 3);
        ModelTuningResult onMixture = await new ModelTuner(backbone).TuneAsync(plan.SourceMixtures[0], Path.Combine(_folder.Path, "mixture"), first, cancellationToken: Cancel);
        using TunedModel mixture = TunedModel.Load(onMixture.Folder, cpu);
        ModelTuningResult onTarget = await mixture.Tuner.TuneAsync(target, Path.Combine(_folder.Path, "target"), then, cancellationToken: Cancel);
        using TunedModel tuned = TunedModel.Load(onTarget.Folder, cpu);
        Assert.Equal(onTarget.BestScore, validation[4]);
        Assert.Equal((await tuned.Evaluator.EvaluateAsync(null, target, target.Test, options, Cancel)).Score, test[4]);
        ModelTuningResult alone = await new ModelTuner(backbone).TuneAsync(target, Path.Combine(_folder.Path, "alone"), then, cancellationToken: Cancel);
        Assert.Equal(alone.BestScore, validation[3]);
    }

    private static TextTask Target()
    {
        TextTask roads = Toy.Task("roads"), walls = Toy.Task("walls");
        return new TextTask("roads", Toy.Labels, roads.Train, roads.Validation, walls.Validation);
    }

    private static StudyPlan Plan()
    {
        StudyPlan plan = StudyMixtureTests.Plan();
        plan.FewShot = new FewShotOptions { Demonstrations = 3 };
        plan.ModelTuning = new ModelTuningOptions { Steps = 30 };
        plan.MultiTaskModelTuning = new ModelTuningOptions { Steps = 50 };
        return plan;
    }

    private Study Study(string folder, StudyFake fake, StudyTools? tools, StudyPlan? plan = null) =>
        new(plan ?? Plan(), Path.Combine(_folder.Path, folder), StudyFake.Backbone, fake, fake, fake, tools);
}
