using Spot.Backbone;
using Spot.Library;
using Spot.Tasks;
using Spot.Tests.Backbone;
using Spot.Tuning;

namespace Spot.Tests.Transfer;

/// <summary>Similarity is of tasks, not of seeds: a task of each kind that the bundled data have, embedded with two seeds by the bundled model.</summary>
public class BundledTasksTests
{
    private static readonly string[] Names = ["books", "films", "home", "requests"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prompt_of_the_same_task_and_another_seed_is_nearer_than_one_of_another_task_and_the_same_seed()
    {
        using TempFolder folder = new();
        using PromptLibrary library = PromptLibrary.Open(folder.Path);
        List<(string Task, long Seed, TaskEmbedding Embedding)> all = await EmbedAsync();
        foreach ((string task, long seed, TaskEmbedding key) in all)
        {
            PromptInfo info = new()
            {
                Id = $"{task}-{seed}",
                Task = task,
                Seed = seed,
                BackboneFingerprint = key.Prompt.BackboneFingerprint,
                Length = key.Prompt.Length,
                Dim = key.Prompt.Dim,
                EmbeddingStep = key.Step,
            };
            await library.AddAsync(new PromptRecord(info, key.Prompt, key), cancellationToken: Cancel);
        }

        int misled = 0;
        foreach ((string task, long seed, TaskEmbedding query) in all)
        {
            async Task<PromptInfo> Nearest(PromptSearchOptions options)
            {
                (options.K, options.Filter) = (1, info => (info.Task == task) != (info.Seed == seed));
                return (await library.SearchAsync(query, options, Cancel))[0].Info;
            }

            Assert.Equal($"{task}-{1 - seed}", (await Nearest(new())).Id);
            Assert.Equal($"{task}-{1 - seed}", (await Nearest(new() { Similarity = PromptSimilarity.PerTokenDisplacement })).Id);
            misled += (await Nearest(new() { Similarity = PromptSimilarity.AverageToken })).Task != task ? 1 : 0;
        }

        // By the prompts as they are it is mostly the start that is found, whatever the task.
        Assert.InRange(misled, all.Count / 2, all.Count);
    }

    private static async Task<List<(string Task, long Seed, TaskEmbedding Embedding)>> EmbedAsync()
    {
        using T5Backbone backbone = T5Backbone.Load(TestModels.SpotTiny, new BackboneOptions { Device = TestDevice.Name, Precision = BackbonePrecision.Float32 });
        TaskEmbedder embedder = new(new PromptTuner(backbone));
        TuningOptions options = TuningOptions.SmallModel();
        options.EmbeddingStep = 20;
        List<(string, long, TaskEmbedding)> all = [];
        foreach (string name in Names)
        {
            TextTask task = TaskFolder.Load(Path.Combine(TestPaths.RepositoryRoot, "samples", "data", name));
            foreach (long seed in new[] { 0L, 1L })
            {
                options.Seed = seed;
                all.Add((name, seed, await embedder.EmbedAsync(task, options, cancellationToken: Cancel)));
            }
        }

        return all;
    }
}
