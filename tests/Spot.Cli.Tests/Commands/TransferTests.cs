using System.Text.Json;
using Spot.Library;
using Spot.Serialization;
using Spot.Tasks;
using Spot.Transfer;
using Spot.Tuning;

namespace Spot.Cli.Tests;

/// <summary><c>spot embed</c>, <c>search</c> and <c>transfer</c> give what the library gives.</summary>
[Collection(ToolTests.Name)]
public sealed class TransferTests(TunedLibrary tuned)
{
    private static readonly string Places = Workplace.Task("places");

    [Fact]
    public async Task An_embedding_is_the_librarys_own_and_finds_what_the_library_finds()
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        string[] recipe = [.. TunedLibrary.Recipe.Skip(2)];
        await Workplace.DoneAsync(["embed", Places, "--output", "places.safetensors", .. recipe]);
        TaskEmbedding expected = await new TaskEmbedder(new PromptTuner(tuned.Backbone)).EmbedAsync(TaskFolder.Load(Places), TunedLibrary.Options(), null, TestContext.Current.CancellationToken);
        TaskEmbedding written = TaskEmbeddingFile.Read("places.safetensors");
        Assert.Equal(("places", 2), (written.Task, written.Step));
        Assert.Equal(expected.Prompt.Values.ToArray(), written.Prompt.Values.ToArray());
        Assert.Equal(expected.Start!.Values.ToArray(), written.Start!.Values.ToArray());

        using PromptLibrary library = PromptLibrary.Open(tuned.Folder);
        foreach (PromptSimilarity similarity in Enum.GetValues<PromptSimilarity>().Where(similarity => similarity != PromptSimilarity.ActivatedNeurons))
        {
            PromptMatch[] matches = [.. await library.SearchAsync(expected, new PromptSearchOptions { Similarity = similarity }, TestContext.Current.CancellationToken)];
            Check(matches, await Workplace.DoneAsync("search", "--embedding", "places.safetensors", "--similarity", similarity.ToString(), "--json"));
        }

        Check([.. await library.SearchAsync(expected, null, TestContext.Current.CancellationToken)], await Workplace.DoneAsync(["search", Places, "--json", .. recipe]));
        Answer like = await Workplace.DoneAsync("search", "--like", "films-0", "--k", "1");
        Assert.Contains("films-0", like.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("books-0", like.Out, StringComparison.Ordinal);
        Assert.Contains("books-0", (await Workplace.DoneAsync("search", "--like", "films-0", "--k", "1", "--family", "subjectivity")).Out, StringComparison.Ordinal);
        Assert.Contains(
            "Expected one of AverageToken", await Workplace.RefusedAsync("search", "--embedding", "places.safetensors", "--similarity", "ActivatedNeurons"), StringComparison.Ordinal); // of studies alone
        Assert.Contains("nothing to search for", await Workplace.RefusedAsync("search"), StringComparison.Ordinal);
        PromptFile.WriteSafetensors("prompt.safetensors", expected.Prompt);
        Assert.Contains("and no task embedding", await Workplace.RefusedAsync("search", "--embedding", "prompt.safetensors"), StringComparison.Ordinal);

        static void Check(PromptMatch[] expected, Answer answer)
        {
            JsonElement[] matches = [.. answer.Json.GetProperty("matches").EnumerateArray()];
            Assert.Equal(expected.Select(match => match.Info.Id), matches.Select(match => match.GetProperty("id").GetString()));
            Assert.Equal(expected.Select(match => match.Similarity), matches.Select(match => match.GetProperty("similarity").GetDouble()));
        }
    }

    [Theory]
    [InlineData("best", "--k", "2")]
    [InlineData("racing", "--k", "2", "--first-rung-fraction", "0.5", "--evaluate-every", "1")]
    [InlineData("average", "--k", "2")]
    [InlineData("mixture", "--k", "1")]
    [InlineData("generic", "--source", "films-0")]
    [InlineData("racing-all", "--evaluate-every", "1")]
    [InlineData("oracle")]
    [InlineData("oracle", "--or-no-transfer")]
    [InlineData("none", "--initialization", "ClassLabels")]
    public async Task A_transfer_is_the_librarys_own(string strategy, params string[] settings)
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        string[] sources = strategy == "mixture" ? ["--sources", Path.GetDirectoryName(Places)!] : [];
        JsonElement json = (await Workplace.DoneAsync(["transfer", Places, "--strategy", strategy, "--json", .. settings, .. sources, .. TunedLibrary.Recipe])).Json;

        PromptTuner tuner = new(tuned.Backbone);
        TaskEmbedder embedder = new(tuner);
        using PromptLibrary library = PromptLibrary.Open(tuned.Folder);
        ITransferStrategy own = strategy switch
        {
            "best" => new BestOfTopK(tuner, embedder, library) { K = 2 },
            "racing" => new RacingOfTopK(tuner, embedder, library) { K = 2, FirstRungFraction = 0.5 },
            "average" => new AverageOfTopK(tuner, embedder, library) { K = 2 },
            "mixture" => new MixtureOfTopK(tuner, embedder, library, info => TaskFolder.Load(Workplace.Task(info.Task))) { K = 1 },
            "generic" => new GenericTransfer(tuner, library, "films-0"),
            "racing-all" => new RacingOfAll(tuner, library),
            "oracle" => new Oracle(tuner, library),
            _ => new NoTransfer(tuner),
        };
        own = settings.Contains("--or-no-transfer") ? new OrNoTransfer(own, tuner) : own;
        TuningOptions options = TunedLibrary.Options();
        options.EvaluateEvery = settings.Contains("--evaluate-every") ? 1 : options.EvaluateEvery;
        options.Initialization = strategy == "none" ? PromptInitialization.ClassLabels : options.Initialization;
        TransferResult expected = await own.TransferAsync(TaskFolder.Load(Places), options, null, TestContext.Current.CancellationToken);

        Assert.Equal(expected.Steps, json.GetProperty("steps").GetInt64());
        Assert.Equal(expected.Best.Result.BestScore, json.GetProperty("best").GetProperty("bestScore").GetDouble());
        Assert.Equal(expected.Candidates.Count, json.GetProperty("candidates").GetArrayLength());
        using PromptLibrary kept = PromptLibrary.Open("prompts");
        PromptRecord record = (await kept.GetAsync($"places-{strategy}-0", TestContext.Current.CancellationToken))!;
        Assert.Equal(expected.Best.Result.Best.Values.ToArray(), record.Prompt.Values.ToArray());
        Assert.Equal(expected.Best.Lineage, record.Info.Lineage);
    }

    [Theory]
    [InlineData("--strategy generic needs --source", "--strategy", "generic")]
    [InlineData("--strategy mixture needs --sources", "--strategy", "mixture")]
    [InlineData("expected one of best, racing, average", "--strategy", "magic")]
    [InlineData("--k, which Oracle does not have", "--strategy", "oracle", "--k", "3")]
    public async Task A_strategy_says_what_it_lacks_or_has_not(string expected, params string[] settings)
    {
        using Workplace place = new();
        tuned.CopyTo(place);
        Assert.Contains(expected, await Workplace.RefusedAsync(["transfer", Places, .. settings]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_library_a_transfer_says_how_to_get_one()
    {
        using Workplace place = new();
        Assert.Contains("expected a folder that 'spot tune' filled", await Workplace.RefusedAsync("transfer", Places), StringComparison.Ordinal);
    }
}
