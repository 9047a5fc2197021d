using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Spot.Backbone;

namespace Spot.AspNetCore.Tests;

/// <summary>The bundled model behind the server: what is answered is what the library answers.</summary>
public sealed class ModelTests : IAsyncLifetime
{
    private static readonly string[] Targets = ["fact", "opinion"];

    private RunningServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IPromptInference Inference => _server.Application.Services.GetRequiredService<IPromptInference>();

    public async ValueTask InitializeAsync()
    {
        _server = await (await RunningServer.StartAsync()).ReadyAsync();
        T5Backbone backbone = _server.Application.Services.GetRequiredService<T5Backbone>();
        for (int i = 0; i < 3; i++)
        {
            await _server.Library.AddAsync(Models.Record($"p{i}", i, backbone.Fingerprint, backbone.Config.Dim, labels: Targets), cancellationToken: Cancel);
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Each_of_many_clients_gets_the_answer_of_its_own_prompt_and_text()
    {
        (string Id, string Text)[] requests = [.. Enumerable.Range(0, 60).Select(i => ($"p{i % 3}", $"sentence: Number {i} of them is long" + string.Concat(Enumerable.Repeat(" and long", i % 7))))];
        double[] served = await Task.WhenAll(requests.Select(async request => Best(await _server.AnswerAsync($"prompts/{request.Id}/classify", $$"""{ "text": "{{request.Text}}" }"""))));
        foreach ((int i, (string id, string text)) in requests.Index())
        {
            ClassificationResult alone = await Inference.ClassifyAsync(new PromptRequest(text, id), cancellationToken: Cancel);
            Assert.Equal(alone.Labels[1].LogProbability, served[i], 1e-3);
        }

        static double Best(JsonElement answer) => answer.GetProperty("results")[0].GetProperty("labels")[1].GetProperty("logProbability").GetDouble();
    }

    [Fact]
    public async Task A_stream_is_the_text_that_is_written_at_once()
    {
        const string body = """{ "text": "sentence: The bridge is far too long.", "maxNewTokens": 12, "minNewTokens": 12, "temperature": 1, "seed": 5""";
        string whole = (await _server.AnswerAsync("prompts/p0/generate", body + " }")).GetProperty("results")[0].GetProperty("outputs")[0].GetProperty("text").GetString()!;
        using HttpResponseMessage response = await _server.PostAsync("prompts/p0/generate", body + """, "stream": true }""");
        string[] events = (await response.Content.ReadAsStringAsync(Cancel)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.True(events.Length > 2);
        Assert.Equal(whole, string.Concat(events.Select(one => JsonElement.Parse(one["data: ".Length..]).GetProperty("text").GetString())));
        Assert.Equal(whole, (await Inference.GenerateAsync(
            new PromptRequest("sentence: The bridge is far too long.", "p0"), new GenerationOptions { MaxNewTokens = 12, MinNewTokens = 12, Temperature = 1, Seed = 5 }, Cancel)).Text);
    }

    [Fact]
    public async Task Score_and_embed_are_the_librarys()
    {
        JsonElement scores = await _server.AnswerAsync("prompts/p1/score", """{ "text": "sentence: Far too long.", "targets": ["fact", "opinion"] }""");
        ScoringResult expected = await Inference.ScoreAsync(new PromptRequest("sentence: Far too long.", "p1"), Targets, Cancel);
        Assert.Equal(
            expected.Targets.Select(target => Math.Round(target.LogProbability, 4)),
            scores.GetProperty("results")[0].GetProperty("targets").EnumerateArray().Select(target => Math.Round(target.GetProperty("logProbability").GetDouble(), 4)));
        JsonElement embedding = await _server.AnswerAsync("prompts/p1/embed", """{ "text": "sentence: Far too long." }""");
        Assert.Equal(
            (await Inference.EmbedAsync(new PromptRequest("sentence: Far too long.", "p1"), Cancel)).Values.ToArray(),
            embedding.GetProperty("results")[0].GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()));
    }

    [Fact]
    public async Task Options_that_contradict_each_other_and_prompts_that_are_not_there_are_told()
    {
        JsonElement contradiction = await RunningServer.ProblemAsync(await _server.PostAsync("prompts/p0/generate", """{ "text": "a", "topK": 3 }"""), 400);
        Assert.Contains("without a Temperature", contradiction.GetProperty("detail").GetString(), StringComparison.Ordinal);
        foreach (string path in (string[])["prompts/p9/generate", "prompts/P0/generate", "prompts/..%2Fp0/generate"])
        {
            await RunningServer.ProblemAsync(await _server.PostAsync(path, """{ "text": "a" }"""), 404);
        }
    }
}
