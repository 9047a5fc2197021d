using Microsoft.Extensions.Logging;
using Spot.Library;
using Spot.Tests.Transfer;
using Spot.Tests.Tuning;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Abstractions;

/// <summary>A run tells what it is going to do, which run it is, how far it is and how long it will take.</summary>
public sealed class TuningProgressTests : ToyTests
{
    [Fact]
    public async Task The_start_the_first_estimate_and_every_fifteen_seconds_are_worth_a_line()
    {
        foreach ((double seconds, int[] lines) in new[] { (0.0, new[] { 0, 3, 10 }), (6, [0, 3, 6, 9, 10]), (15, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) })
        {
            ManualTime time = new();
            Messages<PromptTuner> log = new(LogLevel.Information);
            Reports reports = new(_ => time.Advance(seconds));
            await new PromptTuner(_backbone, log) { Time = time }.TuneAsync(Toy.Task(), Options(10), progress: reports, cancellationToken: Cancel);
            Assert.Equal(Enumerable.Range(0, 11), reports.All.Select(report => report.Step));
            Assert.Equal(lines, reports.Milestones.Select(report => report.Step));
            Assert.Equal("toy: tunes a prompt for 10 steps of 8 examples, evaluated every 500 steps, seed 0", log.All[0]);
            Assert.Matches("^toy step 3 of 10: loss [0-9.]+, [0-9.]+ examples/s, about 0:0[0-9]:[0-9]{2} left$", Assert.Single(log.All, line => line.StartsWith("toy step 3 ", StringComparison.Ordinal)));
            Assert.Equal(lines.Length + 1, log.All.Count); // and the end
            Assert.Matches("^toy ends after step 10: best score [0-9.]+ at step 10$", log.All[^1]);
        }
    }

    [Fact]
    public async Task The_first_report_is_the_plan()
    {
        Reports reports = new();
        TuningOptions options = Options(4);
        (options.EvaluateBeforeTraining, options.EvaluateEvery) = (true, 2);
        await new PromptTuner(_backbone).TuneAsync(Toy.Task(), options, progress: reports, cancellationToken: Cancel);
        TuningProgress plan = reports.All[0];
        Assert.Equal(("toy", 0, 4, 8, 2, TuningRunKind.Prompt), (plan.Task, plan.Step, plan.Steps, plan.BatchSize, plan.EvaluateEvery, plan.Kind));
        Assert.True(plan.IsStart && plan.IsMilestone && double.IsNaN(plan.Loss) && plan.Remaining is null && plan.Evaluation is null);
        Assert.Equal("toy: 4 steps of 8 examples, evaluated every 2 steps", plan.ToString());
        Assert.Matches("^toy, step 0 of 4: score [0-9.]+", reports.All[1].ToString());
        Assert.Matches("^toy, step 2 of 4: loss [0-9.]+, score [0-9.]+.*, [0-9.]+ examples/s, about 0:00:[0-9]{2} left$", reports.All[3].ToString());
        Assert.Equal([0, 2, 4], reports.All.Where(report => report.Evaluation is not null).Select(report => report.Step));
    }

    [Fact]
    public void The_time_left_is_that_of_the_steps_and_of_the_evaluations_to_come()
    {
        ManualTime time = new();
        RunClock clock = new(new TuningOptions { Steps = 10, EvaluateEvery = 4 }, time);
        clock.Start(0);
        time.Advance(100); // an evaluation of the start
        clock.CountEvaluation(TimeSpan.FromSeconds(100));
        Step(1);
        Assert.Equal(TimeSpan.FromSeconds((9 * 6) + (3 * 100)), clock.Progress("toy", null, null).Remaining);
        Step(2);
        Step(3);
        Step(4);
        time.Advance(30);
        clock.CountEvaluation(TimeSpan.FromSeconds(30));
        Assert.Equal(TimeSpan.FromSeconds((6 * 6) + (2 * 30)), clock.Progress("toy", null, null).Remaining); // at 8 and 10
        Assert.Equal(TimeSpan.FromSeconds(100 + 24 + 30), clock.Progress("toy", null, null).Elapsed);

        void Step(int step)
        {
            clock.BeginStep(time.GetTimestamp());
            time.Advance(6);
            clock.Count(new StepReport(step, 1, 1, 1, 8, TimeSpan.FromSeconds(6)));
        }
    }

    [Fact]
    public async Task A_run_that_goes_on_says_from_where()
    {
        TuningOptions options = Options(6);
        options.RunFolder = _folder.Path;
        using CancellationTokenSource source = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PromptTuner(_backbone).TuneAsync(
            Toy.Task(), options, progress: new Reports(report => { if (report.Step == 4) { source.Cancel(); } }), cancellationToken: source.Token));
        Reports reports = new();
        Messages<PromptTuner> log = new(LogLevel.Information);
        await new PromptTuner(_backbone, log).TuneAsync(Toy.Task(), options, progress: reports, cancellationToken: Cancel);
        Assert.Equal([4, 5, 6], reports.All.Select(report => report.Step));
        Assert.All(reports.All, report => Assert.Equal(4, report.FirstStep));
        Assert.Equal("toy: goes on from step 4 of 6, steps of 8 examples, evaluated every 500 steps", reports.All[0].ToString());
        Assert.Equal("toy goes on from the checkpoint of step 4 of 6", log.All[1]);
    }

    [Fact]
    public async Task An_embedding_is_named_as_one_and_has_no_score()
    {
        Reports reports = new();
        Messages<PromptTuner> log = new(LogLevel.Information);
        TuningOptions options = Options(20);
        options.EmbeddingStep = 4;
        await new TaskEmbedder(new PromptTuner(_backbone, log)).EmbedAsync(Toy.Task(), options, reports, Cancel);
        Assert.Equal([0, 1, 2, 3, 4], reports.All.Select(report => report.Step));
        Assert.All(reports.All, report => Assert.True(report.Kind == TuningRunKind.Embedding && report.Evaluation is null && report.EvaluateEvery == 0));
        Assert.Equal("embedding of toy: 4 steps of 8 examples", reports.All[0].ToString());
        Assert.Equal("embedding of toy: tunes a prompt for 4 steps of 8 examples, seed 0", log.All[0]);
        Assert.Equal("embedding of toy ends after step 4", log.All[^1]);
        Assert.DoesNotContain(log.All, line => line.Contains("score", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_models_run_is_named_as_one()
    {
        Reports reports = new();
        await new ModelTuner(_backbone).TuneAsync(Toy.Task(), Path.Combine(_folder.Path, "tuned"), Toy.ModelOptions(1), reports, Cancel);
        Assert.All(reports.All, report => Assert.Equal(TuningRunKind.Model, report.Kind));
        Assert.StartsWith("model on toy, step 1 of 1: ", reports.All[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Candidates_name_their_source_one_after_another_and_beside_each_other()
    {
        PromptLibrary library = PromptLibrary.Open(_folder.Path, _backbone.Fingerprint);
        foreach (string id in new[] { "a", "b", "c" })
        {
            SoftPrompt prompt = Start(id);
            PromptInfo info = new() { Id = id, Task = id, BackboneFingerprint = prompt.BackboneFingerprint, Length = 4, Dim = 256, EmbeddingStep = 1 };
            await library.AddAsync(new PromptRecord(info, prompt, new TaskEmbedding(id, prompt, 1)), cancellationToken: Cancel);
        }

        Messages<PromptTuner> log = new(LogLevel.Information);
        PromptTuner tuner = new(_backbone, log);
        TaskEmbedding[] nearB = [new TaskEmbedding("toy", Start("b"), 1)];
        foreach (ITransferStrategy strategy in new ITransferStrategy[]
        {
            new BestOfTopK(tuner, new TaskEmbedder(tuner), library) { K = 2, Embeddings = nearB },
            new RacingOfTopK(tuner, new TaskEmbedder(tuner), library) { K = 2, Embeddings = nearB, BudgetFraction = 1 },
            new Oracle(tuner, library) { Eligible = info => info.Id != "c" },
        })
        {
            Reports reports = new();
            TransferResult result = await strategy.TransferAsync(Toy.Task(), Options(2), reports, Cancel);
            string[] sources = [.. result.Candidates.Select(candidate => candidate.Sources[0].Info.Id)];
            Assert.Equal(2, sources.Length);
            foreach ((int i, string id) in sources.Index())
            {
                TuningProgress[] own = [.. reports.All.Where(report => report.Source == id)];
                Assert.Equal([0, 1, 2], own.Select(report => report.Step));
                Assert.All(own, report => Assert.Equal((TuningRunKind.Candidate, i + 1, 2), (report.Kind, report.Candidate, report.Candidates)));
                Assert.StartsWith($"toy, candidate {i + 1} of 2 from {id}, step 1 of 2: ", own[1].ToString(), StringComparison.Ordinal);
                Assert.Contains($"toy, candidate {i + 1} of 2 from {id}: tunes a prompt for 2 steps of 8 examples, evaluated every 500 steps, seed 0", log.All);
            }
        }

        Reports generic = new();
        await new GenericTransfer(tuner, library, "c").TransferAsync(Toy.Task(), Options(1), generic, Cancel);
        Assert.Equal("toy from c: 1 step of 8 examples, evaluated every 500 steps", generic.All[0].ToString());
    }

    private static TuningOptions Options(int steps)
    {
        TuningOptions options = Toy.Options(steps);
        options.EvaluateEvery = 500;
        return options;
    }

    private SoftPrompt Start(string name) => new(4, 256, NumberStream.Uniform($"start {name}", 4 * 256, 2), _backbone.Fingerprint);
}
