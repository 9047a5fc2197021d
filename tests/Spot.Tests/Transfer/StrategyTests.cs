using Spot.Library;
using Spot.Transfer;

namespace Spot.Tests.Transfer;

/// <summary>The strategies besides best of top-k and generic transfer, on sources whose order by similarity is known.</summary>
public sealed class StrategyTests : IDisposable
{
    private static readonly (string, double?)[] FiveSources = [("e", 20), ("d", 80), ("c", 5), ("b", 170), ("a", 45), ("unkeyed", null)];
    private readonly TempFolder _folder = new();

    private static readonly Func<double?, double?, bool> Near = (x, y) => Math.Abs(x!.Value - y!.Value) < 1e-6;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Average_starts_one_run_from_the_weighted_average_of_the_most_similar()
    {
        FakeTuner tuner = new(_ => 40);
        AverageOfTopK strategy = new(tuner, new FakeEmbedder(Sources.Embedding(0)), await LibraryAsync()) { K = 3 };
        TransferResult result = await strategy.TransferAsync(Sources.Target, cancellationToken: Cancel);
        double[] angles = [5, 20, 45], cosines = [.. angles.Select(angle => Math.Cos(angle * Math.PI / 180))];
        Assert.Equal(angles.Zip(cosines, (angle, cosine) => angle * cosine).Sum() / cosines.Sum(), Sources.Angle(Assert.Single(tuner.Calls).Start), 1e-4);
        Assert.Equal(["c", "e", "a"], result.Best.Sources.Select(source => source.Info.Id));
        Assert.Equal(cosines.Select(cosine => (double?)cosine), result.Best.Sources.Select(source => source.Similarity), Near);
        Assert.Equal(cosines.Select(cosine => (double?)(cosine / cosines.Sum())), result.Best.Sources.Select(source => (double?)source.Weight), Near);
        Assert.StartsWith("from c (weight 0.38, similarity 1.00), e (weight 0.36, similarity 0.94), a (weight 0.27, similarity 0.71): ", result.ToString(), StringComparison.Ordinal);
        Assert.Equal((40.0, 2 + Sources.Step), (result.Best.Result.BestScore, result.Steps));
    }

    [Fact]
    public async Task Mixture_tunes_the_tasks_of_the_most_similar_with_the_target_and_starts_from_the_last_checkpoint()
    {
        FakeTuner tuner = new(_ => 1);
        TuningOptions options = new() { RunFolder = "runs" };
        MixtureOfTopK strategy = new(tuner, new FakeEmbedder(Sources.Embedding(0)), await LibraryAsync(), info => Task(info.Task, 3)) { K = 2 };
        TransferResult result = await strategy.TransferAsync(Sources.Target, options, cancellationToken: Cancel);
        (TaskMixture mixture, TuningOptions? mixing, SoftPrompt? scratch) = tuner.Calls[0];
        Assert.Equal(["c", "e", "target"], mixture.Tasks.Select(task => task.Task.Name));
        Assert.Equal([3 / 7.0, 3 / 7.0, 1 / 7.0], mixture.Rates);
        Assert.Null(scratch);
        (TaskMixture target, TuningOptions? tuning, SoftPrompt? start) = tuner.Calls[1];
        Assert.Equal("target", target.Name);
        Assert.Equal(FakeTuner.Scratch.Values.Span[0] + 1000, start!.Values.Span[0]);
        Assert.Equal([Path.Combine("runs", "mixture"), Path.Combine("runs", "target")], [mixing!.RunFolder, tuning!.RunFolder]);
        Assert.Equal(2 + 2 + Sources.Step, result.Steps);
        Assert.Equal([("c", 3 / 7.0), ("e", 3 / 7.0)], result.Best.Sources.Select(source => (source.Info.Id, source.Weight)));
    }

    [Theory]
    [InlineData(null, 90, false)]
    [InlineData(3, 10, true)]
    public async Task Mixture_is_evaluated_at_its_end_alone_unless_it_may_end_early(int? patience, int every, bool start)
    {
        FakeTuner tuner = new(_ => 1);
        TuningOptions options = new() { Steps = 90, EvaluateEvery = 10, EvaluateBeforeTraining = true, Patience = patience };
        MixtureOfTopK strategy = new(tuner, new FakeEmbedder(Sources.Embedding(0)), await LibraryAsync(), info => Task(info.Task, 3)) { MixtureOptions = options };
        await strategy.TransferAsync(Sources.Target, cancellationToken: Cancel);
        TuningOptions mixing = tuner.Calls[0].Options!;
        Assert.Equal((every, start), (mixing.EvaluateEvery, mixing.EvaluateBeforeTraining));
        Assert.Equal((10, true), (options.EvaluateEvery, options.EvaluateBeforeTraining));
    }

    [Fact]
    public async Task Mixture_has_each_task_once_and_asks_for_those_it_lacks()
    {
        PromptLibrary library = PromptLibrary.Open(_folder.Path);
        foreach ((string id, string task, double angle) in new[] { ("a-0", "a", 10.0), ("a-1", "a", 12.0), ("target-0", "target", 1.0) })
        {
            SoftPrompt prompt = new(1, 2, [(float)angle, 0], "fake");
            PromptInfo info = new() { Id = id, Task = task, BackboneFingerprint = "fake", Length = 1, Dim = 2, EmbeddingStep = Sources.Step };
            await library.AddAsync(new PromptRecord(info, prompt, Sources.Embedding(angle) with { Task = task }), cancellationToken: Cancel);
        }

        FakeTuner tuner = new(_ => 1);
        MixtureOfTopK strategy = new(tuner, new FakeEmbedder(Sources.Embedding(0)), library, info => Task(info.Task, 1)) { IncludeOwnTask = true };
        TransferResult result = await strategy.TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal([("target-0", 0.5), ("a-0", 0.25), ("a-1", 0.25)], result.Best.Sources.Select(source => (source.Info.Id, source.Weight))); // half the examples are the target's
        Assert.Equal(["a", "target"], tuner.Calls[0].Task.Tasks.Select(task => task.Task.Name));
        Assert.Same(Sources.Target, tuner.Calls[0].Task.Tasks[1].Task);
        SpotException error = await Assert.ThrowsAsync<SpotException>(
            () => new MixtureOfTopK(tuner, new FakeEmbedder(Sources.Embedding(0)), library, _ => null).TransferAsync(Sources.Target, cancellationToken: Cancel));
        Assert.Contains("no task 'a' of the source prompt 'a-0'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40, 41, 2)] // the run without transfer is better, the transfer, or neither
    [InlineData(41, 40, 1)]
    [InlineData(40, 40, 1)]
    [InlineData(double.NaN, 40, 2)]
    public async Task Or_no_transfer_keeps_the_run_that_is_better_on_validation(double with, double without, int best)
    {
        FakeTuner tuner = new(start => start is null ? without : with);
        OrNoTransfer strategy = new(new AverageOfTopK(tuner, new FakeEmbedder(Sources.Embedding(0)), await LibraryAsync()) { K = 2 }, tuner);
        TransferResult result = await strategy.TransferAsync(Sources.Target, new TuningOptions { RunFolder = "runs", Seed = 3 }, cancellationToken: Cancel);
        Assert.Same(result.Candidates[best - 1], result.Best);
        Assert.Equal((2, 0), (result.Candidates[0].Sources.Count, result.Candidates[1].Sources.Count));
        Assert.Equal(["runs", Path.Combine("runs", "no-transfer")], tuner.Calls.Select(call => call.Options!.RunFolder));
        Assert.Equal([3L, 3L], result.Candidates.Select(candidate => candidate.Result.Seed));
        Assert.Equal(2 + 2 + Sources.Step, result.Steps);
    }

    [Fact]
    public async Task Or_no_transfer_takes_the_other_where_one_diverges()
    {
        OrNoTransfer Of(FakeTuner tuner, PromptLibrary library) => new(new GenericTransfer(tuner, library, "a"), tuner);
        PromptLibrary library = await LibraryAsync();
        TransferResult none = await Of(new FakeTuner(_ => 40) { Diverges = start => start is not null }, library).TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal((1, 0, 40.0), (none.Candidates.Count, none.Best.Sources.Count, none.Best.Result.BestScore));
        TransferResult transfer = await Of(new FakeTuner(_ => 40) { Diverges = start => start is null }, library).TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal((2, 1), (transfer.Candidates.Count, transfer.Best.Sources.Count));
        Assert.NotNull(transfer.Candidates[1].Result.Divergence);
        await Assert.ThrowsAsync<TuningDivergedException>(() => Of(new FakeTuner(_ => 40) { Diverges = _ => true }, library).TransferAsync(Sources.Target, cancellationToken: Cancel));
        FakeTuner unused = new(_ => 40);
        await Assert.ThrowsAsync<SpotException>(() => new OrNoTransfer(new GenericTransfer(unused, library, "absent"), unused).TransferAsync(Sources.Target, cancellationToken: Cancel));
        Assert.Empty(unused.Calls);
    }

    [Fact]
    public async Task Every_strategy_says_by_id_which_prompts_it_started_from()
    {
        // d is farther than a right angle away, and so has no part in the average.
        PromptLibrary library = await Sources.LibraryAsync(_folder, ("a", 10), ("b", 30), ("d", 170));
        FakeEmbedder embedder = new(Sources.Embedding(0));
        FakeTuner tuner = new(_ => 1);
        foreach ((ITransferStrategy strategy, string[] lineage) in new (ITransferStrategy, string[])[]
        {
            (new NoTransfer(tuner), []),
            (new GenericTransfer(tuner, library, "b"), ["b"]),
            (new BestOfTopK(tuner, embedder, library), ["a"]),
            (new RacingOfTopK(tuner, embedder, library), ["a"]),
            (new AverageOfTopK(tuner, embedder, library), ["a", "b"]),
            (new MixtureOfTopK(tuner, embedder, library, info => Task(info.Task, 3)), ["a", "b", "d"]),
            (new Oracle(tuner, library), ["a"]),
            (new RacingOfAll(tuner, library), ["a"]),
        })
        {
            TransferCandidate best = (await strategy.TransferAsync(Sources.Target, cancellationToken: Cancel)).Best;
            Assert.Equal(lineage, best.Lineage);
            foreach (TransferSource source in best.Sources)
            {
                Assert.Equal(source.Info.Task, (await library.GetAsync(source.Info.Id, Cancel))!.Info.Task);
            }

            PromptRecord record = PromptRecord.FromTuning(Sources.Target, best.Result, lineage: best.Lineage);
            await library.AddAsync(record, replace: true, Cancel);
            Assert.Equal(lineage, (await library.GetAsync("target-0", Cancel))!.Info.Lineage);
        }
    }

    [Fact]
    public async Task The_targets_own_task_is_no_source_unless_asked_for()
    {
        PromptLibrary library = await OwnAndOthersAsync(_folder.Path, "other");
        using TempFolder lonely = new();
        PromptLibrary own = await OwnAndOthersAsync(lonely.Path);
        FakeEmbedder embedder = new(Sources.Embedding(0));
        FakeTuner tuner = new(_ => 1);
        foreach (Func<PromptLibrary, bool, ITransferStrategy> make in new Func<PromptLibrary, bool, ITransferStrategy>[]
        {
            (of, include) => new BestOfTopK(tuner, embedder, of) { K = 1, IncludeOwnTask = include },
            (of, include) => new RacingOfTopK(tuner, embedder, of) { K = 1, IncludeOwnTask = include },
            (of, include) => new AverageOfTopK(tuner, embedder, of) { K = 1, IncludeOwnTask = include },
            (of, include) => new MixtureOfTopK(tuner, embedder, of, info => Task(info.Task, 1)) { K = 1, IncludeOwnTask = include },
            (of, include) => new Oracle(tuner, of) { IncludeOwnTask = include },
            (of, include) => new RacingOfAll(tuner, of) { IncludeOwnTask = include },
        })
        {
            TransferResult others = await make(library, false).TransferAsync(Sources.Target, cancellationToken: Cancel);
            Assert.Equal(["other"], others.Candidates.SelectMany(candidate => candidate.Sources).Select(source => source.Info.Id));
            TransferResult all = await make(library, true).TransferAsync(Sources.Target, cancellationToken: Cancel);
            Assert.Contains(all.Candidates.SelectMany(candidate => candidate.Sources), source => source.Info.Id == "own-1");
            SpotException error = await Assert.ThrowsAsync<SpotException>(() => make(own, false).TransferAsync(Sources.Target, cancellationToken: Cancel));
            Assert.Contains("'target' has nothing to start from; 2 of its own task are left out, unless IncludeOwnTask is set", error.Message, StringComparison.Ordinal);
        }

        GenericTransfer generic = new(tuner, library, "own-1");
        SpotException named = await Assert.ThrowsAsync<SpotException>(() => generic.TransferAsync(Sources.Target, cancellationToken: Cancel));
        Assert.Contains("'own-1' was tuned on 'target' itself", named.Message, StringComparison.Ordinal);
        TransferResult again = await new GenericTransfer(tuner, library, "own-1") { IncludeOwnTask = true }.TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal(["own-1"], again.Best.Lineage);
    }

    [Fact]
    public async Task Oracle_tries_every_prompt_and_keeps_the_best()
    {
        FakeTuner tuner = new(start => Sources.Angle(start));
        TransferResult result = await new Oracle(tuner, await LibraryAsync()).TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal(["a", "b", "c", "d", "e", "unkeyed"], result.Candidates.Select(candidate => Assert.Single(candidate.Sources).Info.Id));
        Assert.Equal(("b", 170.0, 12L), (result.Best.Sources[0].Info.Id, result.Best.Result.BestScore, result.Steps));
        result = await new Oracle(tuner, PromptLibrary.Open(_folder.Path)) { Eligible = info => info.Id != "b" }.TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal("d", result.Best.Sources[0].Info.Id);
        SpotException error = await Assert.ThrowsAsync<SpotException>(
            () => new Oracle(tuner, PromptLibrary.Open(_folder.Path)) { Eligible = _ => false }.TransferAsync(Sources.Target, cancellationToken: Cancel));
        Assert.Contains("nothing to start from", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_diverges_is_a_poor_candidate_and_the_search_goes_on()
    {
        FakeTuner tuner = new(start => Sources.Angle(start)) { Diverges = start => start is not null && Sources.Angle(start) > 100 };
        TransferResult result = await new Oracle(tuner, await LibraryAsync()).TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal("d", result.Best.Sources[0].Info.Id);
        Assert.Equal(["b"], result.Candidates.Where(candidate => candidate.Result.Divergence is not null).Select(candidate => Assert.Single(candidate.Sources).Info.Id));
        PromptLibrary library = PromptLibrary.Open(_folder.Path);
        BestOfTopK nearest = new(tuner, new FakeEmbedder(Sources.Embedding(170)), library) { K = 2 };
        result = await nearest.TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal((2, "d"), (result.Candidates.Count, result.Best.Sources[0].Info.Id));
        await Assert.ThrowsAsync<TuningDivergedException>(() => new Oracle(tuner, library) { Eligible = info => info.Id == "b" }.TransferAsync(Sources.Target, cancellationToken: Cancel));
    }

    [Fact]
    public async Task Racing_of_all_needs_no_embedding_and_keeps_to_the_rule()
    {
        FakeTuner tuner = new(start => Sources.Angle(start));
        TuningOptions options = new() { Steps = 900, EvaluateEvery = 10 };
        RacingOfAll strategy = new(tuner, await LibraryAsync()) { FirstRungFraction = 0.1, BudgetFraction = 0.5, Eligible = info => info.Id != "b" };
        TransferResult result = await strategy.TransferAsync(Sources.Target, options, cancellationToken: Cancel);
        (IReadOnlyList<SoftPrompt> starts, IReadOnlyList<TuningRung> rungs) = Assert.Single(tuner.Rungs);
        Assert.Equal(["a", "c", "d", "e", "unkeyed"], result.Candidates.Select(candidate => Assert.Single(candidate.Sources).Info.Id));
        Assert.Equal([45, 5, 80, 20], starts.Take(4).Select(Sources.Angle));
        Assert.Equal(RacingRungs.Create(5, 900, 10, 0.1, 0.5), rungs);
        Assert.Equal(("d", 10L), (result.Best.Sources[0].Info.Id, result.Steps));
        Assert.All(result.Candidates, candidate => Assert.Null(candidate.Sources[0].Similarity));
        SpotException error = await Assert.ThrowsAsync<SpotException>(
            () => new RacingOfAll(tuner, PromptLibrary.Open(_folder.Path)) { Eligible = _ => false }.TransferAsync(Sources.Target, cancellationToken: Cancel));
        Assert.Contains("no prompt that is eligible", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_transfer_one_run_starts_from_scratch()
    {
        FakeTuner tuner = new(start => start is null ? 33 : 0);
        TuningOptions options = new();
        TransferResult result = await new NoTransfer(tuner).TransferAsync(Sources.Target, options, cancellationToken: Cancel);
        Assert.Same(options, Assert.Single(tuner.Calls).Options);
        Assert.Empty(result.Best.Sources);
        Assert.Empty(result.Best.Lineage);
        Assert.Equal((33.0, 2L), (result.Best.Result.BestScore, result.Steps));
    }

    [Fact]
    public async Task Racing_tunes_the_most_similar_together_by_the_rungs_of_the_rule()
    {
        FakeTuner tuner = new(start => Sources.Angle(start));
        TuningOptions options = new() { Steps = 900, EvaluateEvery = 10 };
        RacingOfTopK strategy = new(tuner, new FakeEmbedder(Sources.Embedding(0)), await LibraryAsync()) { K = 4, FirstRungFraction = 0.1, BudgetFraction = 0.5 };
        TransferResult result = await strategy.TransferAsync(Sources.Target, options, cancellationToken: Cancel);
        (IReadOnlyList<SoftPrompt> starts, IReadOnlyList<TuningRung> rungs) = Assert.Single(tuner.Rungs);
        Assert.Equal([5, 20, 45, 80], starts.Select(Sources.Angle));
        Assert.Equal(RacingRungs.Create(4, 900, 10, 0.1, 0.5), rungs);
        Assert.Equal(("d", 8 + Sources.Step), (result.Best.Sources[0].Info.Id, result.Steps));
    }

    [Fact]
    public async Task Similarities_of_several_embeddings_are_averaged()
    {
        // To 0 degrees c (5) is nearest, to 90 degrees d (80); to both on average a (45).
        FakeEmbedder embedder = new(options => Sources.Embedding(options!.Seed));
        BestOfTopK strategy = new(new FakeTuner(_ => 1), embedder, await LibraryAsync()) { K = 1, EmbeddingSeeds = [0, 90] };
        TransferResult result = await strategy.TransferAsync(Sources.Target, new TuningOptions { Seed = 7, RunFolder = "runs" }, cancellationToken: Cancel);
        Assert.Equal("a", result.Best.Sources[0].Info.Id);
        Assert.Equal(Math.Cos(Math.PI / 4), result.Best.Sources[0].Similarity!.Value, 1e-6);
        Assert.Equal(2 + (2 * Sources.Step), result.Steps);
        Assert.Equal([Path.Combine("runs", "seed-0"), Path.Combine("runs", "seed-90")], embedder.Calls.Select(call => call.Options!.RunFolder));
        strategy = new(new FakeTuner(_ => 1), embedder, PromptLibrary.Open(_folder.Path)) { K = 1, Embeddings = [Sources.Embedding(0), Sources.Embedding(90)] };
        result = await strategy.TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal(("a", 2L), (result.Best.Sources[0].Info.Id, result.Steps));
        strategy = new(new FakeTuner(_ => 1), embedder, PromptLibrary.Open(_folder.Path)) { Embeddings = [Sources.Embedding(0), Sources.Embedding(90) with { Step = 5 }] };
        Assert.Contains("steps 100, 5", (await Assert.ThrowsAsync<SpotException>(() => strategy.TransferAsync(Sources.Target, cancellationToken: Cancel))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_of_unknown_start_is_found_behind_the_others_and_has_no_share_in_their_average()
    {
        PromptLibrary library = await LibraryAsync();
        PromptRecord imported = (await library.GetAsync("c", Cancel))!; // the nearest
        await library.AddAsync(imported with { Embedding = imported.Embedding! with { Start = null } }, replace: true, Cancel);
        BestOfTopK best = new(new FakeTuner(_ => 1), new FakeEmbedder(Sources.Embedding(0)), library) { K = 9 };
        Assert.Equal("c", (await best.TransferAsync(Sources.Target, cancellationToken: Cancel)).Candidates[^1].Sources[0].Info.Id);
        AverageOfTopK average = new(new FakeTuner(_ => 1), new FakeEmbedder(Sources.Embedding(0)), library) { K = 9 };
        IReadOnlyList<TransferSource> sources = (await average.TransferAsync(Sources.Target, cancellationToken: Cancel)).Best.Sources;
        Assert.Equal(("c", 0.0), (sources[^1].Info.Id, sources[^1].Weight));
        Assert.True(sources[0].Weight > 0);

        // Among themselves they are what they were.
        best = new(new FakeTuner(_ => 1), new FakeEmbedder(Sources.Embedding(0) with { Start = null }), library) { K = 9 };
        Assert.Equal("c", (await best.TransferAsync(Sources.Target, cancellationToken: Cancel)).Candidates[0].Sources[0].Info.Id);
    }

    [Fact]
    public async Task Only_eligible_prompts_are_retrieved()
    {
        BestOfTopK strategy = new(new FakeTuner(_ => 1), new FakeEmbedder(Sources.Embedding(0)), await LibraryAsync()) { K = 2, Eligible = info => info.Id is not ("c" or "a") };
        TransferResult result = await strategy.TransferAsync(Sources.Target, cancellationToken: Cancel);
        Assert.Equal(["e", "d"], result.Candidates.Select(candidate => Assert.Single(candidate.Sources).Info.Id));
    }

    // Two prompts of the target's own task, nearer to it than the others.
    private static async Task<PromptLibrary> OwnAndOthersAsync(string folder, params string[] others)
    {
        PromptLibrary library = PromptLibrary.Open(folder);
        foreach ((string id, string task) in others.Select(id => (id, id)).Concat([("own-1", "target"), ("own-2", "target")]))
        {
            TaskEmbedding embedding = Sources.Embedding(id == "own-1" ? 0 : id == "own-2" ? 1 : 50) with { Task = task };
            PromptInfo info = new() { Id = id, Task = task, BackboneFingerprint = "fake", Length = 1, Dim = 2, EmbeddingStep = Sources.Step };
            await library.AddAsync(new PromptRecord(info, embedding.Prompt, embedding), cancellationToken: Cancel);
        }

        return library;
    }

    private Task<PromptLibrary> LibraryAsync() => Sources.LibraryAsync(_folder, FiveSources);

    private static TextTask Task(string name, int examples) =>
        new(name, [], [.. Enumerable.Range(0, examples).Select(i => new TextExample($"{name} {i}", "x"))], [new TextExample("c", "d")]);
}
