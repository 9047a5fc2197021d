using System.Text.Json;

namespace Spot.AspNetCore.Tests;

/// <summary>What each endpoint takes and gives, with a fake behind it.</summary>
public sealed class EndpointTests : IAsyncLifetime
{
    private readonly FakeInference _fake = new();
    private RunningServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await (await RunningServer.StartAsync(_fake)).ReadyAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Generate_writes_to_one_text()
    {
        JsonElement answer = await _server.AnswerAsync("prompts/films/generate", """{ "text": "hello", "logProbabilities": true, "samples": 2, "temperature": 1 }""");
        Assert.Equal(
            """{"results":[{"outputs":[{"text":"films: hello","finishReason":"stop","tokens":3,"tokenLogProbabilities":[-0.5,-0.25,0]},{"text":"films: hello","finishReason":"stop","tokens":3,"tokenLogProbabilities":[-0.5,-0.25,0]}],"inputTokens":4,"cutTokens":2}]}""",
            answer.GetRawText());
    }

    [Fact]
    public async Task Generate_passes_every_option_on()
    {
        await _server.AnswerAsync("prompts/films/generate", """
            { "text": "a", "maxInputTokens": 7, "timeoutSeconds": 2.5, "maxNewTokens": 9, "minNewTokens": 1, "temperature": 0.5, "topK": 3, "topP": 0.9, "seed": -5,
              "samples": 2, "beams": 1, "lengthPenalty": 0.5, "earlyStopping": true, "repetitionPenalty": 1.5, "noRepeatNGram": 2, "stop": ["x"], "choices": ["y"], "logProbabilities": true }
            """);
        Assert.Equivalent(
            new GenerationOptions
            {
                MaxNewTokens = 9,
                MinNewTokens = 1,
                Temperature = 0.5,
                TopK = 3,
                TopP = 0.9,
                Seed = -5,
                Samples = 2,
                LengthPenalty = 0.5,
                EarlyStopping = true,
                RepetitionPenalty = 1.5,
                NoRepeatNGram = 2,
                StopStrings = ["x"],
                Choices = ["y"],
                LogProbabilities = true,
            },
            _fake.Options,
            strict: true);
        Assert.Equal((7, TimeSpan.FromSeconds(2.5)), (_fake.Request!.MaxInputTokens, _fake.Request.Timeout));
        await _server.AnswerAsync("prompts/films/generate", """{ "text": "a", "timeoutSeconds": 4000 }""");
        Assert.Equal(new ServingOptions().Timeout, _fake.Request.Timeout); // no more than the server allows
        Assert.Equivalent(new GenerationOptions(), _fake.Options, strict: true);
    }

    [Fact]
    public async Task A_list_is_answered_in_its_order()
    {
        JsonElement answer = await _server.AnswerAsync("prompts/films/generate", """{ "texts": ["a", "b", "c"] }""");
        Assert.Equal(["films: a", "films: b", "films: c"], answer.GetProperty("results").EnumerateArray().Select(one => one.GetProperty("outputs")[0].GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Generate_streams_server_sent_events()
    {
        using HttpResponseMessage response = await _server.PostAsync("prompts/films/generate", """{ "text": "hello", "stream": true }""");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            "data: {\"text\":\"one \"}\n\ndata: {\"text\":\"\\u0022two\\u0022\\n\"}\n\ndata: {\"text\":\"\",\"finishReason\":\"length\"}\n\n",
            await response.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task A_stream_that_fails_at_once_is_a_problem_and_one_that_fails_later_an_event()
    {
        await RunningServer.ProblemAsync(await _server.PostAsync("prompts/none/generate", """{ "text": "hello", "stream": true }"""), 404);
        using HttpResponseMessage response = await _server.PostAsync("prompts/breaks/generate", """{ "text": "hello", "stream": true }""");
        string[] events = (await response.Content.ReadAsStringAsync(Cancel)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: {\"text\":\"one \"}", events[0]);
        string[] last = events[1].Split('\n');
        Assert.Equal((2, "event: error"), (events.Length, last[0]));
        JsonElement problem = JsonElement.Parse(last[1]["data: ".Length..]);
        Assert.Equal(504, problem.GetProperty("status").GetInt32());
        Assert.Equal("The request had no answer after 1 s.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Classify_tells_every_label()
    {
        JsonElement answer = await _server.AnswerAsync("prompts/films/classify", """{ "text": "hello", "labels": ["a", "b"], "perToken": true, "temperature": 2, "abstainBelow": 0.1 }""");
        Assert.Equal(
            """{"results":[{"label":"b","labels":[{"label":"a","labelSetProbability":0.25,"logProbability":-2,"tokens":2},{"label":"b","labelSetProbability":0.75,"logProbability":-1,"tokens":3}],"inputTokens":4,"cutTokens":0}]}""",
            answer.GetRawText());
        Assert.Equal(["a", "b"], _fake.Request!.Labels!);
        Assert.Equivalent(new ClassificationOptions { PerToken = true, Temperature = 2, AbstainBelow = 0.1 }, _fake.Classification, strict: true);
        JsonElement none = await _server.AnswerAsync("prompts/films/classify", """{ "text": "hello", "abstainBelow": 0.9 }""");
        Assert.False(none.GetProperty("results")[0].TryGetProperty("label", out _));
        Assert.Null(_fake.Request.Labels);
    }

    [Fact]
    public async Task Score_and_embed_tell_their_numbers()
    {
        JsonElement scores = await _server.AnswerAsync("prompts/films/score", """{ "text": "hello", "targets": ["a", "b"] }""");
        Assert.Equal(
            """{"results":[{"targets":[{"target":"a","logProbability":0,"tokens":2},{"target":"b","logProbability":-1,"tokens":2}],"inputTokens":4,"cutTokens":0}]}""", scores.GetRawText());
        JsonElement embedding = await _server.AnswerAsync("prompts/films/embed", """{ "texts": ["hello", "you"] }""");
        Assert.Equal("""{"results":[{"embedding":[0.5,-1.25,5],"inputTokens":4,"cutTokens":0},{"embedding":[0.5,-1.25,3],"inputTokens":4,"cutTokens":0}]}""", embedding.GetRawText());
    }

    [Fact]
    public async Task Prompts_are_listed_by_pages_and_filtered()
    {
        for (int i = 0; i < 5; i++)
        {
            await _server.Library.AddAsync(Models.Record($"p{i}", i, family: i < 4 ? "first" : "second"), cancellationToken: Cancel);
        }

        List<string> ids = [];
        string after = "";
        for (int pages = 1; ; pages++)
        {
            JsonElement page = await _server.GetAsync($"prompts?limit=2&family=first{after}");
            ids.AddRange(page.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.GetProperty("id").GetString()!));
            if (!page.TryGetProperty("next", out JsonElement next))
            {
                Assert.Equal(2, pages); // an exact page has none behind it
                break;
            }

            after = $"&after={next.GetString()}";
        }

        Assert.Equal(["p0", "p1", "p2", "p3"], ids);
        JsonElement one = Assert.Single((await _server.GetAsync("prompts?task=task-of-p4")).GetProperty("prompts").EnumerateArray());
        Assert.Equal("p4", one.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_prompt_is_described_without_paths()
    {
        await _server.Library.AddAsync(Models.Record("p0", labels: ["fact", "opinion"]), cancellationToken: Cancel);
        JsonElement prompt = await _server.GetAsync("prompts/p0");
        Assert.DoesNotContain("secret", prompt.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            $$"""{"id":"p0","task":"task-of-p0","family":"family","backbone":"spot-tiny","backboneFingerprint":"{{Spot.Tests.TestPaths.Fingerprint}}","length":3,"dim":8,"labels":["fact","opinion"],"maxInputLength":64,"maxTargetLength":6,"metrics":{"accuracy":91.5},"embeddingStep":50,"lineage":[],"created":"1970-01-02T00:00:00+00:00"}""",
            prompt.GetRawText());
    }

    [Fact]
    public async Task Search_finds_what_the_library_finds_without_the_prompt_itself()
    {
        for (int i = 0; i < 4; i++)
        {
            await _server.Library.AddAsync(Models.Record($"p{i}", i, family: i == 3 ? "other" : "family"), cancellationToken: Cancel);
        }

        foreach (PromptSimilarity similarity in PromptSearchOptions.Searchable)
        {
            TaskEmbedding query = (await _server.Library.GetAsync("p1", Cancel))!.Embedding!;
            IReadOnlyList<PromptMatch> expected = await _server.Library.SearchAsync(query, new PromptSearchOptions { K = 4, Similarity = similarity }, Cancel);
            string name = JsonNamingPolicy.CamelCase.ConvertName(similarity.ToString());
            JsonElement found = await _server.AnswerAsync("prompts/search", $$"""{ "id": "p1", "k": 10, "similarity": "{{name}}" }""");
            Assert.Equal(
                expected.Where(match => match.Info.Id != "p1").Select(match => (match.Info.Id, match.Similarity)),
                found.GetProperty("matches").EnumerateArray().Select(match => (match.GetProperty("prompt").GetProperty("id").GetString()!, match.GetProperty("similarity").GetDouble())));
        }

        JsonElement filtered = await _server.AnswerAsync("prompts/search", """{ "id": "p1", "family": "other" }""");
        Assert.Equal("p3", Assert.Single(filtered.GetProperty("matches").EnumerateArray()).GetProperty("prompt").GetProperty("id").GetString());
    }
}
