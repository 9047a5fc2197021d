using Spot.Backbone;
using Spot.Studies;
using Spot.Tests.Transfer;
using Spot.Tests.Tuning;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Studies;

/// <summary>A study without the run of every target from every source prompt: what is left of it is what the whole study finds.</summary>
public sealed class MostSimilarStudyTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Leaves_out_the_search_and_what_needs_it()
    {
        (StudyFake fake, StudyResult part) = await RunAsync("part", exhaustive: false);
        Assert.Equal(0, part.Missing);
        Assert.Equal(6 + 4 + 4 + (2 * 8) + (2 * 8), fake.Calls.Count); // sources, embeddings, baselines, averages of one and two, mixtures of two runs each
        StudyStrategy[] left = [StudyStrategy.Baseline, StudyStrategy.Restarts, StudyStrategy.WeightedAverage, StudyStrategy.WeightedAverage, StudyStrategy.Mixture];
        Assert.Equal(left, part.Test!.Table.Where(row => row.Similarity is null or PromptSimilarity.AverageToken).Select(row => row.Strategy));
        Assert.All(part.Test.Table, row => Assert.Equal((4, double.NaN, double.NaN), (row.Outcomes, row.SearchSpaceSaved, row.ShareOfOracleGain)));
        Assert.Equal([StudyMethod.PromptTuning], part.Test.Methods.Select(row => row.Method));

        (_, StudyResult whole) = await RunAsync("whole", exhaustive: true);
        foreach (SearchSpaceRow row in part.Test.Table)
        {
            SearchSpaceRow same = Assert.Single(whole.Test!.Table, other => (other.Strategy, other.K, other.Similarity) == (row.Strategy, row.K, row.Similarity));
            Assert.Equal((same.Score, same.AbsoluteInterval, same.Steps), (row.Score, row.AbsoluteInterval, row.Steps));
            if (row is { Strategy: StudyStrategy.WeightedAverage, K: 1 })
            {
                Assert.Equal(row.Score, Assert.Single(whole.Test.Table, other => other.Strategy == StudyStrategy.BestOfTopK && other.K == 1 && other.Similarity == row.Similarity).Score);
            }
        }
    }

    [Fact]
    public async Task The_search_can_be_added_later()
    {
        await RunAsync("grown", exhaustive: false);
        (StudyFake fake, StudyResult grown) = await RunAsync("grown", exhaustive: true);
        Assert.Equal(24, fake.Calls.Count);
        (_, StudyResult whole) = await RunAsync("whole", exhaustive: true);
        Assert.Equal(whole.ToString(), grown.ToString());
    }

    // Stopped in the middle of its mixture, which then is another one.
    [Fact]
    public async Task A_mixture_that_was_stopped_is_chosen_anew_when_sources_are_added()
    {
        using T5Backbone backbone = Toy.Backbone();
        await DoAsync("grown", backbone, stop: true, "mills", "boats");
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_folder.Path, "grown", "runs"), RunFolder.CheckpointName, SearchOption.AllDirectories));
        StudyResult grown = (await DoAsync("grown", backbone, stop: false, "mills", "boats", "inns"))!, whole = (await DoAsync("whole", backbone, stop: false, "mills", "boats", "inns"))!;
        StudyTests.AssertEqual(whole, grown);
        Assert.Empty(Directory.GetDirectories(Path.Combine(_folder.Path, "grown", "runs")));
    }

    private async Task<StudyResult?> DoAsync(string name, T5Backbone backbone, bool stop, params string[] sources)
    {
        TuningOptions options = Toy.Options(8);
        (options.BatchSize, options.MicroBatchSize, options.EmbeddingStep, options.CheckpointEvery) = (17, 17, 4, 1);
        StudyPlan plan = new()
        {
            Sources = [.. sources.Select(task => Toy.Task(task))],
            Targets = [Toy.Task("roads")],
            SourceSeeds = [0],
            TargetSeeds = [0],
            SourceOptions = options,
            TargetOptions = options.Clone(),
            Exhaustive = false,
            AverageOfTopKValues = [],
            MixtureOfTopKValues = [3],
            Similarities = [PromptSimilarity.AverageDisplacement],
        };
        PromptTuner tuner = new(backbone);
        using Study study = new(plan, Path.Combine(_folder.Path, name), backbone.Identity, tuner, new PromptEvaluator(backbone), new TaskEmbedder(tuner));
        using CancellationTokenSource stopped = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        Task run = study.RunAsync(progress: !stop ? null : new Listener<StudyProgress>(told =>
        {
            if (told.Unit.StartsWith("mixture", StringComparison.Ordinal) && told.Run?.Step > 3)
            {
                stopped.Cancel();
            }
        }), cancellationToken: stopped.Token);
        if (!stop)
        {
            await run;
            return await study.ResultAsync(Cancel);
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        return null;
    }

    private async Task<(StudyFake Fake, StudyResult Result)> RunAsync(string name, bool exhaustive)
    {
        StudyPlan plan = StudyFake.Plan();
        (plan.Exhaustive, plan.AverageOfTopKValues) = (exhaustive, [1, 2]);
        StudyFake fake = new();
        using Study study = new(plan, Path.Combine(_folder.Path, name), StudyFake.Backbone, fake, fake, fake);
        await study.RunAsync(cancellationToken: Cancel);
        return (fake, await study.ResultAsync(Cancel));
    }
}
