using System.Diagnostics;
using Spot.Backbone;
using Spot.Library;
using Spot.Studies;
using Spot.Tests.Transfer;
using Spot.Tests.Tuning;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Studies;

/// <summary>A small real study: the process that does it is killed again and again, and it ends with the result of an uninterrupted one.</summary>
public sealed class StudyKillTests
{
    private const string FolderVariable = "SPOT_STUDY_KILL_TEST_FOLDER";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_study_ends_with_the_result_of_an_uninterrupted_one()
    {
        using TempFolder folder = new();
        string whole = Path.Combine(folder.Path, "whole"), killed = Path.Combine(folder.Path, "killed");
        await RunAsync(whole);
        for (int kill = 0; kill < 3; kill++)
        {
            using Process child = Start(killed);
            int wanted = Units(killed) + 2;
            while (!child.HasExited && Units(killed) < wanted)
            {
                await Task.Delay(5, Cancel);
            }

            child.Kill(); // SIGKILL: nothing in it can react
            await child.WaitForExitAsync(Cancel);
        }

        await RunAsync(killed);
        using T5Backbone backbone = Toy.Backbone();
        StudyResult expected = await Study(whole, backbone).ResultAsync(Cancel), actual = await Study(killed, backbone).ResultAsync(Cancel);
        Assert.Equal(0, actual.Missing);
        StudyTests.AssertEqual(expected, actual);
        Assert.Empty(Directory.GetFiles(killed, "*.tmp", SearchOption.AllDirectories));
        Assert.All(actual.Validation.Table, row => Assert.InRange(row.Score.Mean, 0, 100));
        await AssertRaceAsync(killed, actual, backbone);
        Assert.All(actual.Similarities, similarity => Assert.All(similarity.Means, targets => Assert.All(targets, mean => Assert.InRange(mean, -1, 1))));
    }

    /// <summary>What the child does.</summary>
    [Fact(Explicit = true)]
    public async Task The_child_studies_when_it_is_told_where()
    {
        using T5Backbone backbone = Toy.Backbone();
        StudyStatus status = await Study(ChildProcess.Variable(FolderVariable), backbone).RunAsync(cancellationToken: Cancel);
        Assert.Equal(0, status.Left);
    }

    // The study reads from whole runs what a race would have done: here the race is run.
    private static async Task AssertRaceAsync(string folder, StudyResult result, T5Backbone backbone)
    {
        PromptTuner tuner = new(backbone);
        StudyPlan plan = Plan();
        PromptLibrary library = PromptLibrary.Open(Path.Combine(folder, "library")), embeddings = PromptLibrary.Open(Path.Combine(folder, "embeddings"));
        double score = 0, steps = 0, ofAllScore = 0, ofAllSteps = 0;
        foreach (long seed in plan.TargetSeeds)
        {
            TuningOptions options = plan.TargetOptions.Clone();
            options.Seed = seed;
            PromptRecord embedding = (await embeddings.GetAsync($"roads-{seed}", Cancel))!;
            RacingOfTopK race = new(tuner, new TaskEmbedder(tuner), library) { K = 2, FirstRungFraction = plan.RacingFirstRungFraction, Embeddings = [embedding.Embedding!] };
            TransferResult raced = await race.TransferAsync(plan.Targets[0], options, cancellationToken: Cancel);
            score += raced.Best.Result.BestScore / plan.TargetSeeds.Count;
            steps += (raced.Steps + (double)plan.SourceOptions.EmbeddingStep) / plan.TargetSeeds.Count;
            TransferResult ofAll = await new RacingOfAll(tuner, library) { FirstRungFraction = plan.RacingFirstRungFraction }.TransferAsync(plan.Targets[0], options, cancellationToken: Cancel);
            ofAllScore += ofAll.Best.Result.BestScore / plan.TargetSeeds.Count;
            ofAllSteps += (double)ofAll.Steps / plan.TargetSeeds.Count;
        }

        SearchSpaceRow allRow = result.Validation.Table.Single(row => row is { Strategy: StudyStrategy.Racing, K: null });
        Assert.Equal((ofAllScore, ofAllSteps), (allRow.Score.Mean, allRow.Steps));
        SearchSpaceRow row = result.Validation.Table.Single(row => row is { Strategy: StudyStrategy.Racing, K: not null });
        Assert.Equal(score, row.Score.Mean, 1e-9);
        Assert.Equal(steps, row.Steps, 1e-9);
        Assert.Equal(4 + 8 + 4, steps); // one of two runs is dropped after 4 of 8 steps
    }

    private static Study Study(string folder, T5Backbone backbone)
    {
        PromptTuner tuner = new(backbone);
        return new Study(Plan(), folder, backbone.Identity, tuner, new PromptEvaluator(backbone), new TaskEmbedder(tuner));
    }

    private static StudyPlan Plan() => new()
    {
        Sources = [Toy.Task("mills"), Toy.Task("boats")],
        Targets = [Toy.Task("roads")],
        SourceSeeds = [0],
        TargetSeeds = [0, 1],
        SourceOptions = Options(PromptInitialization.SampledVocabulary),
        TargetOptions = Options(PromptInitialization.ClassLabels),
        BestOfTopKValues = [1, 2],
        RacingOfTopKValues = [2],
        RacingFirstRungFraction = 0.25,
        AverageOfTopKValues = [2],
        MixtureOfTopKValues = [2],
        Similarities = [PromptSimilarity.AverageDisplacement],
    };

    private static TuningOptions Options(PromptInitialization initialization)
    {
        TuningOptions options = Toy.Options(8);
        (options.BatchSize, options.MicroBatchSize) = (17, 17); // too many for prompts to share a pass on the CPU: the same bits alone and in a race
        (options.EvaluateEvery, options.CheckpointEvery, options.EmbeddingStep, options.MaxValidationExamples, options.Initialization) = (2, 2, 4, 8, initialization);
        return options;
    }

    private static async Task RunAsync(string folder)
    {
        using Process child = Start(folder);
        await child.WaitForExitAsync(Cancel);
        Assert.Equal(0, child.ExitCode);
    }

    private static int Units(string folder) =>
        Directory.Exists(Path.Combine(folder, "units")) ? Directory.GetFiles(Path.Combine(folder, "units"), "*.json").Length : 0;

    private static Process Start(string folder) =>
        ChildProcess.Start(typeof(StudyKillTests), nameof(The_child_studies_when_it_is_told_where), null, (FolderVariable, folder));
}
