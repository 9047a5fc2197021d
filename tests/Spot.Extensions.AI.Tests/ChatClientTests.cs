using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Spot.AspNetCore.Tests;

namespace Spot.Extensions.AI.Tests;

/// <summary>Prompts as chat clients, alone and within the ecosystem's own middleware.</summary>
public sealed class ChatClientTests : IDisposable
{
    private readonly FakeInference _fake = new();
    private readonly PromptChatClient _client;

    public ChatClientTests() => _client = new PromptChatClient(_fake, "films");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task The_last_message_of_the_user_is_answered_by_the_prompt_that_is_named()
    {
        ChatMessage[] messages = [new(ChatRole.System, "Be kind."), new(ChatRole.User, "first"), new(ChatRole.Assistant, "yes"), new(ChatRole.User, "second"), new(ChatRole.Assistant, "no")];
        ChatResponse response = await _client.GetResponseAsync(
            messages,
            new ChatOptions { ModelId = "books", Temperature = 0.5f, TopK = 3, TopP = 0.75f, Seed = 7, StopSequences = ["x"], MaxOutputTokens = 9 },
            Cancel);
        Assert.Equal(("books: second", "books", ChatFinishReason.Stop), (response.Text, response.ModelId, response.FinishReason));
        Assert.Equal((4, 3, 7), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
        Assert.Equivalent(new GenerationOptions { Temperature = 0.5, TopK = 3, TopP = 0.75, Seed = 7, StopStrings = ["x"], MaxNewTokens = 9 }, _fake.Options, strict: true);
        Assert.Equal("films: a", (await _client.GetResponseAsync("a", cancellationToken: Cancel)).Text);
        Assert.Equivalent(new GenerationOptions(), _fake.Options, strict: true);
    }

    [Fact]
    public async Task A_stream_tells_the_pieces_and_why_it_ends()
    {
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync("a", cancellationToken: Cancel))
        {
            updates.Add(update);
        }

        ChatResponse whole = updates.ToChatResponse();
        Assert.Equal(("one \"two\"\n", "films", ChatFinishReason.Length), (whole.Text, whole.ModelId, whole.FinishReason));
    }

    [Fact]
    public async Task A_structured_answer_is_one_of_its_texts()
    {
        _fake.Written = "opinion";
        ChatResponse<Kind> typed = await _client.GetResponseAsync<Kind>("a", cancellationToken: Cancel);
        Assert.Equal(Kind.opinion, typed.Result);
        Assert.Equal(["fact", "opinion"], _fake.Options!.Choices!.Order());
        ChatOptions bare = new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{ "enum": ["fact", "opinion"] }""")) };
        Assert.Equal("\"opinion\"", (await _client.GetResponseAsync("a", bare, Cancel)).Text);
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync("a", bare, Cancel))
        {
            updates.Add(update);
        }

        Assert.Equal("\"opinion\"", updates.ToChatResponse().Text);
    }

    [Fact]
    public async Task What_a_prompt_does_not_do_is_refused()
    {
        ChatOptions[] refused =
        [
            new() { Tools = [AIFunctionFactory.Create(() => 1, "one")] }, new() { PresencePenalty = 0.5f }, new() { FrequencyPenalty = 0.5f }, new() { ResponseFormat = ChatResponseFormat.Json },
            new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{ "properties": { "a": { "enum": ["x"] }, "b": { "enum": ["y"] } } }""")) },
        ];
        foreach (ChatOptions options in refused)
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync("a", options, Cancel));
        }

        await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync(new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]), cancellationToken: Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => _client.GetResponseAsync([], cancellationToken: Cancel));
        using PromptChatClient nameless = new(_fake);
        await Assert.ThrowsAsync<ArgumentException>(() => nameless.GetResponseAsync("a", cancellationToken: Cancel));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => nameless.GetResponseAsync("a", new ChatOptions { ModelId = "none" }, Cancel));
    }

    [Fact]
    public async Task Caching_and_telemetry_of_the_ecosystem_compose_around_it()
    {
        List<Activity> activities = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = source => source.Name == "ours",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activities.Add,
        };
        ActivitySource.AddActivityListener(listener);
        MemoryDistributedCache cache = new(Options.Create(new MemoryDistributedCacheOptions()));
        using IChatClient client = _client.AsBuilder().UseOpenTelemetry(sourceName: "ours").UseDistributedCache(cache).Build();
        ChatResponse first = await client.GetResponseAsync("a", cancellationToken: Cancel);
        PromptRequest asked = _fake.Request!;
        ChatResponse second = await client.GetResponseAsync("a", cancellationToken: Cancel);
        Assert.Equal(("films: a", "films: a"), (first.Text, second.Text));
        Assert.Same(asked, _fake.Request); // the second came from the cache
        Assert.Equal("spot", activities[0].GetTagItem("gen_ai.provider.name"));
        Assert.Equal("films", activities[0].GetTagItem("gen_ai.response.model"));
        Assert.Same(_fake, client.GetService<IPromptInference>());
    }

    [Fact]
    public async Task Texts_are_embedded_in_their_order()
    {
        using PromptEmbeddingGenerator generator = new(_fake, "films");
        GeneratedEmbeddings<Embedding<float>> found = await generator.GenerateAsync(["hello", "you"], cancellationToken: Cancel);
        Assert.Equal([0.5f, -1.25f, 5], found[0].Vector.ToArray());
        Assert.Equal([0.5f, -1.25f, 3], found[1].Vector.ToArray());
        Assert.Equal((8, 8, "films"), (found.Usage!.InputTokenCount, found.Usage.TotalTokenCount, found[0].ModelId));
        Assert.Empty(await generator.GenerateAsync([], cancellationToken: Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 2 }, Cancel));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { ModelId = "none" }, Cancel));
        Assert.Equal("films", generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId);
    }

    [Fact]
    public async Task Nothing_is_drawn_without_a_temperature_and_with_one_every_answer_anew_unless_it_has_a_seed()
    {
        await _client.GetResponseAsync("a", new ChatOptions { TopK = 3, TopP = 0.5f }, Cancel);
        Assert.Equivalent(new GenerationOptions(), _fake.Options, strict: true); // what has no meaning then is no error
        HashSet<long> seeds = [];
        for (int i = 0; i < 3; i++)
        {
            await _client.GetResponseAsync("a", new ChatOptions { Temperature = 1 }, Cancel);
            seeds.Add(_fake.Options!.Seed);
        }

        Assert.Equal((3, 0, 1), (seeds.Count, _fake.Options!.TopK, _fake.Options.TopP));
    }

    [Fact]
    public async Task A_choice_is_written_as_it_stands_and_whatever_is_none_is_refused()
    {
        _fake.Written = "Über-größe \"x\"";
        ChatOptions options = new() { ResponseFormat = Schema("""{ "properties": { "kind": { "enum": ["Über-größe \"x\"", "no"] } } }"""), StopSequences = ["e"] };
        Assert.Equal("""{"kind":"Über-größe \"x\""}""", (await _client.GetResponseAsync("a", options, Cancel)).Text);
        Assert.Empty(_fake.Options!.StopStrings); // a choice ends by itself
        _fake.Written = null;
        Assert.Equal("films: a", (await _client.GetResponseAsync("a", new ChatOptions { ResponseFormat = ChatResponseFormat.Text }, Cancel)).Text);
        Assert.Null(_fake.Options.Choices);
        foreach (string schema in (string[])["""{ "enum": [] }""", """{ "enum": [1, 2] }""", """{ "enum": ["a", 1] }""", """{ "enum": "a" }""", """{ "properties": { } }""", """{ "type": "string" }"""])
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync("a", new ChatOptions { ResponseFormat = Schema(schema) }, Cancel));
        }

        static ChatResponseFormat Schema(string json) => ChatResponseFormat.ForJsonSchema(JsonElement.Parse(json));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_takes_its_request_out()
    {
        using PromptEmbeddingGenerator generator = new(_fake, "waits");
        ChatOptions waits = new() { ModelId = "waits" }, later = new() { ModelId = "waits-later" };
        Func<CancellationToken, Task>[] calls =
        [
            cancel => _client.GetResponseAsync("a", waits, cancel), cancel => generator.GenerateAsync(["a"], cancellationToken: cancel),
            async cancel =>
            {
                await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync("a", later, CancellationToken.None).WithCancellation(cancel))
                {
                    // the first piece
                }
            },
        ];
        foreach (Func<CancellationToken, Task> call in calls)
        {
            using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            Task under = call(cancel.Token);
            await _fake.Asked;
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => under.WaitAsync(TimeSpan.FromMinutes(1), Cancel));
        }
    }

    [Fact]
    public async Task What_lies_behind_is_found_and_left_alone()
    {
        FakeInference fake = new();
        using (PromptChatClient client = new(fake, "films"))
        using (PromptEmbeddingGenerator generator = new(fake, "films"))
        {
            Assert.Equal(("spot", "films"), (client.GetService<ChatClientMetadata>()!.ProviderName, client.GetService<ChatClientMetadata>()!.DefaultModelId));
            Assert.Equal(("spot", "films"), (generator.GetService<EmbeddingGeneratorMetadata>()!.ProviderName, generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId));
            Assert.Same(client, client.GetService<PromptChatClient>());
            Assert.Same(generator, generator.GetService<PromptEmbeddingGenerator>());
            Assert.Same(fake, client.GetService<IPromptInference>());
            Assert.Same(fake, generator.GetService<IPromptInference>());
            Assert.Null(client.GetService(typeof(IPromptInference), "key"));
            Assert.Null(generator.GetService(typeof(IPromptInference), "key"));
            Assert.Null(client.GetService<string>());
        }

        Assert.False(fake.IsDisposed);
        ChatResponse response = await _client.GetResponseAsync("a", cancellationToken: Cancel);
        Assert.Equal("films: a", Assert.IsType<GenerationResult>(response.RawRepresentation).Text);
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync("a", cancellationToken: Cancel))
        {
            Assert.IsType<GenerationUpdate>(update.RawRepresentation);
        }
    }

    private enum Kind
    {
        fact,
        opinion,
    }
}
