using System.Diagnostics;
using Spot.Backbone;
using Spot.Tests.Tuning;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Transfer;

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
        Assert.All(actual.Similarities, similarity => Assert.All(similarity.Means, targets => Assert.All(targets, mean => Assert.InRange(mean, -1, 1))));
    }

    /// <summary>What the child does; in the test run itself there is nothing to do.</summary>
    [Fact]
    public async Task The_child_studies_when_it_is_told_where()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
        {
            using T5Backbone backbone = Toy.Backbone();
            StudyStatus status = await Study(folder, backbone).RunAsync(cancellationToken: Cancel);
            Assert.Equal(0, status.Left);
        }
    }

    private static Study Study(string folder, T5Backbone backbone)
    {
        PromptTuner tuner = new(backbone);
        StudyPlan plan = new()
        {
            Sources = [Toy.Task("mills"), Toy.Task("boats")],
            Targets = [Toy.Task("roads")],
            SourceSeeds = [0],
            TargetSeeds = [0, 1],
            SourceOptions = Options(PromptInitialization.SampledVocabulary),
            TargetOptions = Options(PromptInitialization.ClassLabels),
            BestOf = [1, 2],
            RaceOf = [2],
            RaceFirst = 0.25,
            AverageOf = [2],
            MixtureOf = [2],
            Similarities = [PromptSimilarity.AverageToken],
        };
        return new Study(plan, folder, backbone.Fingerprint, tuner, new TaskEmbedder(tuner));
    }

    private static TuningOptions Options(PromptInitialization initialization)
    {
        TuningOptions options = Toy.Options(8);
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

    private static Process Start(string folder)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Spot.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        ProcessStartInfo start = new(program, ["-method", $"{typeof(StudyKillTests).FullName}.{nameof(The_child_studies_when_it_is_told_where)}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[FolderVariable] = folder;
        Process child = Process.Start(start)!;
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
        return child;
    }
}
