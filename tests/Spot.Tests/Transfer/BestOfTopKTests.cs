using Spot.Library;
using Spot.Serialization;
using Spot.Transfer;

namespace Spot.Tests.Transfer;

public class BestOfTopKTests
{
    private static readonly (string, double?)[] FiveSources = [("e", 20), ("d", 80), ("c", 5), ("b", 170), ("a", 45), ("unkeyed", null)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "c")]
    [InlineData(3, "c e a")]
    [InlineData(99, "c e a d b")]
    public async Task Tries_exactly_the_most_similar_in_order(int k, string expected)
    {
        using TempFolder folder = new();
        FakeTuner tuner = new(start => Sources.Angle(start) / 2); // the least similar is best
        TuningOptions options = new();
        BestOfTopK transfer = new(tuner, new FakeEmbedder(Sources.Embedding(0)), await Sources.LibraryAsync(folder, FiveSources)) { K = k };
        TransferResult result = await transfer.TransferAsync(Sources.Target, options, cancellationToken: Cancel);
        Assert.Equal(expected.Split(' '), result.Candidates.Select(candidate => Assert.Single(candidate.Sources).Info.Id));
        Assert.Equal(result.Candidates.Select(candidate => Angle(Assert.Single(candidate.Sources).Info.Id)), tuner.Calls.Select(call => Sources.Angle(call.Start)));
        Assert.All(tuner.Calls, call => Assert.Equal(OptionTexts.Of(options), OptionTexts.Of(call.Options!)));
        Assert.All(result.Candidates, candidate => Assert.Equal(Math.Cos(Angle(Assert.Single(candidate.Sources).Info.Id) * Math.PI / 180), candidate.Sources[0].Similarity!.Value, 1e-6));
        Assert.Same(result.Candidates[^1], result.Best);
        Assert.Equal(Angle(result.Best.Sources[0].Info.Id) / 2, result.Best.Result.BestScore);
    }

    [Fact]
    public async Task Every_candidate_has_a_run_folder_of_its_own()
    {
        using TempFolder folder = new();
        FakeTuner tuner = new(_ => 1);
        BestOfTopK transfer = new(tuner, new FakeEmbedder(Sources.Embedding(0)), await Sources.LibraryAsync(folder, FiveSources)) { K = 2 };
        TuningOptions options = new() { RunFolder = "runs" };
        await transfer.TransferAsync(Sources.Target, options, cancellationToken: Cancel);
        Assert.Equal([Path.Combine("runs", "c"), Path.Combine("runs", "e")], tuner.Calls.Select(call => call.Options!.RunFolder));
        Assert.Equal("runs", options.RunFolder);
    }

    [Fact]
    public async Task Equal_scores_keep_the_more_similar_source()
    {
        using TempFolder folder = new();
        BestOfTopK transfer = new(new FakeTuner(start => Sources.Angle(start) is 5 ? 10 : 90), new FakeEmbedder(Sources.Embedding(0)), await Sources.LibraryAsync(folder, FiveSources)) { K = 4 };
        Assert.Equal("e", (await transfer.TransferAsync(Sources.Target, cancellationToken: Cancel)).Best.Sources[0].Info.Id);
    }

    [Fact]
    public async Task A_given_embedding_is_used_without_embedding_again()
    {
        using TempFolder folder = new();
        FakeEmbedder embedder = new(Sources.Embedding(0));
        BestOfTopK transfer = new(new FakeTuner(_ => 1), embedder, await Sources.LibraryAsync(folder, FiveSources)) { K = 1, Embeddings = [Sources.Embedding(180)] };
        Assert.Equal("b", (await transfer.TransferAsync(Sources.Target, cancellationToken: Cancel)).Best.Sources[0].Info.Id);
        Assert.Empty(embedder.Calls);
    }

    [Fact]
    public async Task The_target_is_embedded_by_the_recipe_of_the_keys_or_else_by_the_transfers()
    {
        using TempFolder folder = new();
        PromptLibrary library = await Sources.LibraryAsync(folder, FiveSources);
        FakeEmbedder embedder = new(Sources.Embedding(0));
        TuningOptions keys = new(), options = new();
        await new BestOfTopK(new FakeTuner(_ => 1), embedder, library).TransferAsync(Sources.Target, options, cancellationToken: Cancel);
        await new BestOfTopK(new FakeTuner(_ => 1), embedder, library) { EmbeddingOptions = keys }.TransferAsync(Sources.Target, options, cancellationToken: Cancel);
        Assert.Equal([options, keys], embedder.Calls.Select(call => call.Options));
        Assert.All(embedder.Calls, call => Assert.Same(Sources.Target, Assert.Single(call.Task.Tasks).Task));
    }

    [Fact]
    public async Task The_similarity_asked_for_decides()
    {
        using TempFolder folder = new();
        PromptLibrary library = PromptLibrary.Open(folder.Path);
        await Add(library, "long-row", [100, 0, 0, 1]); // mean row near 0 degrees, mean unit row at 45
        await Add(library, "even-rows", [1, 0.5f, 1, 0.5f]); // both at 27 degrees
        foreach ((PromptSimilarity similarity, string first) in new[] { (PromptSimilarity.AverageToken, "long-row"), (PromptSimilarity.PerToken, "even-rows") })
        {
            BestOfTopK transfer = new(new FakeTuner(_ => 1), new FakeEmbedder(Sources.Embedding(0)), library) { Similarity = similarity };
            Assert.Equal(first, (await transfer.TransferAsync(Sources.Target, cancellationToken: Cancel)).Candidates[0].Sources[0].Info.Id);
        }
    }

    [Fact]
    public async Task A_library_without_keys_is_an_error_that_says_what_to_do()
    {
        using TempFolder folder = new();
        FakeTuner tuner = new(_ => 1);
        BestOfTopK transfer = new(tuner, new FakeEmbedder(Sources.Embedding(0)), await Sources.LibraryAsync(folder));
        SpotException error = await Assert.ThrowsAsync<SpotException>(() => transfer.TransferAsync(Sources.Target, cancellationToken: Cancel));
        Assert.Contains("'target' has nothing to start from. Add records of source tasks", error.Message, StringComparison.Ordinal);
        Assert.Empty(tuner.Calls);
    }

    [Fact]
    public async Task K_below_one_is_refused_before_the_target_is_embedded()
    {
        using TempFolder folder = new();
        FakeEmbedder embedder = new(Sources.Embedding(0));
        BestOfTopK transfer = new(new FakeTuner(_ => 1), embedder, await Sources.LibraryAsync(folder, FiveSources)) { K = 0 };
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("K", () => transfer.TransferAsync(Sources.Target, cancellationToken: Cancel));
        Assert.Empty(embedder.Calls);
    }

    [Fact]
    public async Task Cancellation_between_runs_ends_the_transfer()
    {
        using TempFolder folder = new();
        using CancellationTokenSource source = new();
        FakeTuner tuner = new(_ =>
        {
            source.Cancel();
            return 1;
        });
        BestOfTopK transfer = new(tuner, new FakeEmbedder(Sources.Embedding(0)), await Sources.LibraryAsync(folder, FiveSources));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transfer.TransferAsync(Sources.Target, cancellationToken: source.Token));
        Assert.Single(tuner.Calls);
    }

    private static double Angle(string id) => FiveSources.Single(source => source.Item1 == id).Item2!.Value;

    private static Task Add(PromptLibrary library, string id, float[] rows)
    {
        SoftPrompt prompt = new(2, 2, rows, "fake");
        PromptInfo info = new() { Id = id, Task = id, BackboneFingerprint = "fake", Length = 2, Dim = 2, EmbeddingStep = Sources.Step };
        return library.AddAsync(new PromptRecord(info, prompt, new TaskEmbedding(id, prompt, Sources.Step)), cancellationToken: Cancel);
    }
}
