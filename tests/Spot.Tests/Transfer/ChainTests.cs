using System.Text.Json;
using Spot.Library;
using Spot.Similarity;
using Spot.Tests.Tasks.Metrics;
using Spot.Tests.Tuning;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Tests.Transfer;

/// <summary>
/// A study from end to end against one that another implementation computed in float64 (<c>Golden/chain</c>), through the public API: each stage from the
/// file's inputs and, where the shared folder is there, all of it from its own.
/// </summary>
public sealed class ChainTests(Chain chain) : IClassFixture<Chain>, IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private PromptTuner Tuner => new(chain.Backbone);

    public static TheoryData<string> Folders() => [.. Chain.Folders];

    public static TheoryData<string, string> Sources() => Named("source_runs");

    public static TheoryData<string, string> Targets() => Named("targets");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task A_source_is_tuned_to_the_same_prompts(string folder, string name)
    {
        ChainFile file = chain.Open(folder);
        TuningResult result = await SourceAsync(file, name);
        await new ChainRun(file, chain).CheckAnswersAsync("source", name, result);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task A_start_answers_the_same(string folder)
    {
        ChainFile file = chain.Open(folder);
        foreach (JsonProperty evaluation in file.Json.GetProperty("start_evaluations").EnumerateObject())
        {
            int dash = evaluation.Name.LastIndexOf('-');
            await new ChainRun(file, chain).CheckAnswersAsync(evaluation.Name[..dash], file.Prompt("start." + evaluation.Name[(dash + 1)..]), evaluation.Value, [], 0);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task A_target_finds_the_same_prompts(string folder, string name)
    {
        ChainFile file = chain.Open(folder);
        PromptLibrary library = await file.LibraryAsync(_folder.Path, Cancel);
        JsonElement target = file.Json.GetProperty("targets").GetProperty(name);
        TaskEmbedding embedding = file.Embedding("target", target.GetProperty("baseline").GetString()!);
        foreach ((PromptSimilarity similarity, string of, double tolerance) in ChainFile.Similarities)
        {
            IReadOnlyList<PromptMatch> found = await SearchAsync(library, embedding, similarity, target.GetProperty("similarity").GetProperty(of), tolerance);
            if (!target.GetProperty("similarity").GetProperty(of).TryGetProperty("weights", out JsonElement weights))
            {
                continue;
            }

            int k = file.Options.GetProperty("k").GetInt32();
            double[] similarities = [.. found.Take(k).Select(match => match.Similarity)];
            Assert.All(weights.Numbers().Zip(PromptAverage.Weights(similarities)), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
            SoftPrompt[] values = [.. found.Take(k).Select(match => file.Prompt($"source.{match.Info.Id}.best"))];
            SoftPrompt average = PromptAverage.Compute(values, similarities), expected = file.Prompt($"target.{name}.average_{of}");
            Assert.All(expected.Values.ToArray().Zip(average.Values.ToArray()), pair => Assert.InRange(pair.Second, MathF.BitDecrement(pair.First), MathF.BitIncrement(pair.First)));
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task A_target_is_tuned_from_the_same_starts_to_the_same_prompts(string folder, string name)
    {
        ChainFile file = chain.Open(folder);
        using PromptLibrary library = await file.LibraryAsync(_folder.Path, Cancel);
        JsonElement target = file.Json.GetProperty("targets").GetProperty(name);
        TaskEmbedding embedding = file.Embedding("target", target.GetProperty("baseline").GetString()!);
        await TransferAsync(file, name, library, [embedding]);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Tasks_are_as_similar(string folder)
    {
        ChainFile file = chain.Open(folder);
        JsonElement similarity = file.Json.GetProperty("task_similarity");
        string[] tasks = [.. similarity.GetProperty("tasks").EnumerateArray().Select(task => task.GetString()!)];
        string[] baselines = [.. file.Json.GetProperty("targets").EnumerateObject().Select(target => target.Value.GetProperty("baseline").GetString()!)];
        TaskEmbedding[] runs = [.. file.SourceRuns.Keys.Select(run => file.Embedding("source", run)), .. baselines.Select(run => file.Embedding("target", run))];
        TaskEmbedding[][] byTask = [.. tasks.Select(task => runs.Where(run => run.Task == task).ToArray())];
        foreach ((PromptSimilarity kind, string of, double tolerance) in ChainFile.Similarities.Where(one => similarity.TryGetProperty(one.Name, out _)))
        {
            double[,] found = TaskSimilarity.Matrix(byTask, kind);
            foreach ((int i, JsonElement row) in similarity.GetProperty(of).EnumerateArray().Index())
            {
                Assert.All(row.Numbers().Index(), cell => Assert.Equal(cell.Item, found[i, cell.Index], tolerance));
            }
        }
    }

    /// <summary>Some minutes of a core: everything from what the stage before gave here.</summary>
    [Fact]
    public async Task The_whole_of_it_gives_the_same()
    {
        Assert.SkipUnless(TestPaths.Shared("golden/chain") is not null, "The stages are tested one by one; all together where the shared folder is.");
        ChainFile file = chain.Open(TestPaths.Shared("golden/chain")!);
        using PromptLibrary library = PromptLibrary.Open(_folder.Path);
        foreach (string name in file.SourceRuns.Keys)
        {
            TextTask task = file.Task(file.SourceRuns[name].GetProperty("task").GetString()!);
            await library.AddAsync(PromptRecord.FromTuning(task, await SourceAsync(file, name), name), cancellationToken: Cancel);
        }

        JsonElement tolerance = file.Json.GetProperty("tolerance");
        foreach (JsonProperty target in file.Json.GetProperty("targets").EnumerateObject())
        {
            string start = target.Value.GetProperty("start").GetString()!;
            TextTask task = file.Task(target.Value.GetProperty("task").GetString()!);
            TaskEmbedding embedding = await new TaskEmbedder(Tuner).EmbedAsync(task, file.Recipe("source_steps", start), cancellationToken: Cancel);
            foreach ((PromptSimilarity similarity, string of, _) in ChainFile.Similarities)
            {
                double most = tolerance.GetProperty(of == "displacement" ? "displacement_similarity" : "similarity").GetDouble();
                IReadOnlyList<PromptMatch> found = await SearchAsync(library, embedding, similarity, target.Value.GetProperty("similarity").GetProperty(of), most);
                if (target.Value.GetProperty("similarity").GetProperty(of).TryGetProperty("weights", out JsonElement weights))
                {
                    double[] own = PromptAverage.Weights([.. found.Take(weights.GetArrayLength()).Select(match => match.Similarity)]);
                    Assert.All(weights.Numbers().Zip(own), pair => Assert.Equal(pair.First, pair.Second, tolerance.GetProperty("weights").GetDouble()));
                }
            }

            await TransferAsync(file, target.Name, library, []);
        }
    }

    private static TheoryData<string, string> Named(string kind)
    {
        TheoryData<string, string> names = [];
        foreach (string folder in Chain.Folders)
        {
            foreach (JsonProperty named in GoldenData.Json(Path.Combine(folder, "golden.json")).GetProperty(kind).EnumerateObject())
            {
                names.Add(folder, named.Name);
            }
        }

        return names;
    }

    private async Task<TuningResult> SourceAsync(ChainFile file, string name)
    {
        JsonElement run = file.SourceRuns[name];
        string start = run.GetProperty("start").GetString()!;
        Reports reports = new();
        TuningResult result = await Tuner.TuneAsync(file.Task(run.GetProperty("task").GetString()!), file.Recipe("source_steps", start), null, reports, Cancel);
        Assert.Equal(file.Prompt("start." + start).Values.ToArray(), result.Embedding!.Start!.Values.ToArray());
        new ChainRun(file, chain).Check("source", name, result, reports.All);
        return result;
    }

    private static async Task<IReadOnlyList<PromptMatch>> SearchAsync(
        PromptLibrary library, TaskEmbedding embedding, PromptSimilarity similarity, JsonElement expected, double tolerance)
    {
        IReadOnlyList<PromptMatch> found = await library.SearchAsync(embedding, new() { K = int.MaxValue, Similarity = similarity }, Cancel);
        Assert.Equal(expected.GetProperty("ranking").EnumerateArray().Select(id => id.GetString()), found.Select(match => match.Info.Id));
        Assert.All(found, match => Assert.Equal(expected.GetProperty("by_id").GetProperty(match.Info.Id).GetDouble(), match.Similarity, tolerance));
        Assert.All(found, match => Assert.Equal(similarity, match.ComparedBy));
        return found;
    }

    // Without transfer, the best of the most similar, and their average; embedded by the strategies where no embedding is given.
    private async Task TransferAsync(ChainFile file, string name, PromptLibrary library, TaskEmbedding[] embeddings)
    {
        JsonElement target = file.Json.GetProperty("targets").GetProperty(name), transfer = target.GetProperty("transfer");
        TextTask task = file.Task(target.GetProperty("task").GetString()!);
        TuningOptions options = file.Recipe("target_steps", target.GetProperty("start").GetString()!);
        ChainRun check = new(file, chain);
        Reports reports = new();
        TuningResult baseline = (await new NoTransfer(Tuner).TransferAsync(task, options, reports, Cancel)).Best.Result;
        check.Check("target", target.GetProperty("baseline").GetString()!, baseline, reports.All);
        if (embeddings.Length > 0)
        {
            await check.CheckAnswersAsync("target", target.GetProperty("baseline").GetString()!, baseline);
        }

        JsonElement[] tops = [.. transfer.EnumerateObject().Where(run => run.Name.StartsWith("top_", StringComparison.Ordinal)).Select(run => run.Value)];
        BestOfTopK best = new(Tuner, new TaskEmbedder(Tuner), library) { K = tops.Length, Similarity = PromptSimilarity.AverageToken, Embeddings = embeddings };
        reports = new Reports();
        TransferResult found = await best.TransferAsync(task, options, reports, Cancel);
        Assert.Equal(tops.Select(top => top.GetProperty("source").GetString()), found.Candidates.Select(candidate => Assert.Single(candidate.Lineage)));
        for (int i = 0; i < tops.Length; i++)
        {
            check.Check("target", tops[i].GetProperty("run").GetString()!, found.Candidates[i].Result, reports.All.Where(report => report.Candidate == i + 1));
            Reduction(tops[i], baseline, found.Candidates[i].Result);
        }

        JsonElement chosen = transfer.GetProperty($"best_of_top_{tops.Length}");
        Assert.Equal(chosen.GetProperty("source").GetString(), Assert.Single(found.Best.Lineage));
        Reduction(chosen, baseline, found.Best.Result);

        AverageOfTopK average = new(Tuner, new TaskEmbedder(Tuner), library) { K = file.Options.GetProperty("k").GetInt32(), Similarity = PromptSimilarity.AverageToken, Embeddings = embeddings };
        reports = new Reports();
        TransferCandidate averaged = (await average.TransferAsync(task, options, reports, Cancel)).Best;
        JsonElement expected = transfer.GetProperty("average");
        Assert.Equal(expected.GetProperty("sources").EnumerateArray().Select(id => id.GetString()), averaged.Lineage);
        ChainRun.Below(
            ChainRun.Distance(averaged.Result.Embedding!.Start!, file.Prompt($"target.{name}.average_average_token")),
            embeddings.Length > 0 ? 1e-7 : file.Json.GetProperty("tolerance").GetProperty("average").GetDouble(), $"{name}: average");
        check.Check("target", expected.GetProperty("run").GetString()!, averaged.Result, reports.All.Where(report => report.Kind != TuningRunKind.Embedding));
        Reduction(expected, baseline, averaged.Result);
    }

    private static void Reduction(JsonElement expected, TuningResult baseline, TuningResult transfer)
    {
        Assert.Equal(expected.GetProperty("score").GetDouble(), transfer.BestScore, 1e-9);
        Assert.Equal(expected.GetProperty("relative_error_reduction").GetDouble(), RelativeErrorReduction.Compute(baseline.BestScore, transfer.BestScore), 1e-12);
    }
}
