using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using OpenAI;
using OpenAI.Embeddings;
using OpenAI.Models;

namespace Spot.AspNetCore.Tests;

/// <summary>The official client of OpenAI's API against the server.</summary>
public sealed class OpenAITests : IAsyncLifetime
{
    private readonly FakeInference _fake = new();
    private RunningServer _server = null!;
    private OpenAIClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await (await RunningServer.StartAsync(_fake)).ReadyAsync();
        _client = new OpenAIClient(
            new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = new Uri(_server.Address, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task It_reads_completions()
    {
        JsonElement answer = JsonElement.Parse((await CompleteAsync("""{ "model": "films", "prompt": ["a", "b"], "n": 2, "temperature": 0.5, "top_p": 0.9, "stop": "x", "seed": 3, "max_tokens": 5, "user": "somebody" }""")).Content);
        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
        Assert.Equal("films", answer.GetProperty("model").GetString());
        Assert.Equal(
            ["0 films: a stop", "1 films: a stop", "2 films: b stop", "3 films: b stop"],
            answer.GetProperty("choices").EnumerateArray().Select(choice => $"{choice.GetProperty("index")} {choice.GetProperty("text")} {choice.GetProperty("finish_reason")}"));
        Assert.Equal("""{"prompt_tokens":8,"completion_tokens":12,"total_tokens":20}""", answer.GetProperty("usage").GetRawText());
        Assert.Equivalent(
            new GenerationOptions { MaxNewTokens = 5, Temperature = 0.5, TopP = 0.9, Samples = 2, Seed = 3, StopStrings = ["x"] }, _fake.Options, strict: true);
    }

    [Fact]
    public async Task Without_a_temperature_nothing_is_drawn_and_with_one_every_seed_is_another()
    {
        await CompleteAsync("""{ "model": "films", "prompt": "a", "top_p": 0.9 }""");
        Assert.Equivalent(new GenerationOptions(), _fake.Options, strict: true);
        List<long> seeds = [];
        for (int i = 0; i < 3; i++)
        {
            await CompleteAsync("""{ "model": "films", "prompt": "a", "temperature": 1 }""");
            seeds.Add(_fake.Options!.Seed);
        }

        Assert.Equal(3, seeds.Distinct().Count());
    }

    [Fact]
    public async Task It_reads_a_stream_of_completions_to_its_end()
    {
        PipelineResponse response = await CompleteAsync("""{ "model": "films", "prompt": "a", "stream": true }""");
        string[] events = response.Content.ToString().Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        JsonElement[] pieces = [.. events[..^1].Select(one => JsonElement.Parse(one["data: ".Length..]).GetProperty("choices")[0])];
        Assert.Equal("one \"two\"\n", string.Concat(pieces.Select(piece => piece.GetProperty("text").GetString())));
        Assert.Equal([null, null, "length"], pieces.Select(piece => piece.GetProperty("finish_reason").GetString()));
    }

    [Fact]
    public async Task It_reads_embeddings_as_bytes_and_as_numbers()
    {
        EmbeddingClient embeddings = _client.GetEmbeddingClient("films");
        OpenAIEmbeddingCollection found = (await embeddings.GenerateEmbeddingsAsync(["hello", "you"], cancellationToken: Cancel)).Value;
        Assert.Equal([0.5f, -1.25f, 5], found[0].ToFloats().ToArray());
        Assert.Equal([0.5f, -1.25f, 3], found[1].ToFloats().ToArray());
        Assert.Equal((8, 8), (found.Usage.InputTokenCount, found.Usage.TotalTokenCount));
        JsonElement numbers = await _server.AnswerAsync("embeddings", """{ "model": "films", "input": "hello" }""");
        Assert.Equal("[0.5,-1.25,5]", numbers.GetProperty("data")[0].GetProperty("embedding").GetRawText());
    }

    [Fact]
    public async Task It_lists_prompts_as_models()
    {
        await _server.Library.AddAsync(Models.Record("p0"), cancellationToken: Cancel);
        await _server.Library.AddAsync(Models.Record("p1", 1), cancellationToken: Cancel);
        OpenAIModelClient models = _client.GetOpenAIModelClient();
        OpenAIModelCollection all = (await models.GetModelsAsync(Cancel)).Value;
        Assert.Equal(["p0", "p1"], all.Select(model => model.Id));
        OpenAIModel one = (await models.GetModelAsync("p1", Cancel)).Value;
        Assert.Equal(("p1", "spot", DateTimeOffset.UnixEpoch.AddDays(1)), (one.Id, one.OwnedBy, one.CreatedAt));
        Assert.Equal("spot-tiny", (await _server.GetAsync("models/p1")).GetProperty("parent").GetString());
    }

    [Fact]
    public async Task It_reads_errors_in_words()
    {
        ClientResultException none = await Assert.ThrowsAsync<ClientResultException>(() => _client.GetEmbeddingClient("none").GenerateEmbeddingAsync("hello", cancellationToken: Cancel));
        Assert.Equal(404, none.Status);
        Assert.Contains("Found no prompt 'none'", none.Message, StringComparison.Ordinal);
        Assert.Contains("model_not_found", none.Message, StringComparison.Ordinal);
        ClientResultException full = await Assert.ThrowsAsync<ClientResultException>(() => _client.GetEmbeddingClient("full").GenerateEmbeddingAsync("hello", cancellationToken: Cancel));
        Assert.Equal(429, full.Status);
        ClientResultException field = await Assert.ThrowsAsync<ClientResultException>(() => CompleteAsync("""{ "model": "p", "prompt": "a", "echo": true }"""));
        Assert.Contains("\"message\":\"echo is not done here", field.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", 404, "not_found_error")]
    [InlineData("wrong", 400, "invalid_request_error")]
    [InlineData("other", 409, "invalid_request_error")]
    [InlineData("full", 429, "rate_limit_error")]
    [InlineData("closed", 503, "server_error")]
    public async Task An_error_has_the_type_that_its_clients_know(string id, int status, string type)
    {
        JsonElement problem = await RunningServer.ProblemAsync(await _server.PostAsync("embeddings", $$"""{ "model": "{{id}}", "input": "a" }"""), status);
        Assert.Equal(type, problem.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(problem.GetProperty("detail").GetString(), problem.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_stream_that_breaks_ends_with_an_error_and_nothing_behind_it()
    {
        string[] events = (await CompleteAsync("""{ "model": "breaks", "prompt": "a", "stream": true }""")).Content.ToString().Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("event: error\ndata: ", events[^1], StringComparison.Ordinal);
        JsonElement error = JsonElement.Parse(events[^1]["event: error\ndata: ".Length..]).GetProperty("error");
        Assert.Equal(("server_error", "The request had no answer after 1 s."), (error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
    }

    // The client has no class for completions; its pipeline sends them with its key, its user agent and its errors.
    private async Task<PipelineResponse> CompleteAsync(string json)
    {
        using PipelineMessage message = _client.Pipeline.CreateMessage();
        message.Request.Method = "POST";
        message.Request.Uri = new Uri(_server.Address, "/v1/completions");
        message.Request.Headers.Set("Content-Type", "application/json");
        message.Request.Content = BinaryContent.Create(BinaryData.FromString(json));
        await _client.Pipeline.SendAsync(message);
        PipelineResponse response = message.ExtractResponse()!;
        return response.IsError ? throw new ClientResultException(response.Content.ToString(), response) : response;
    }
}
