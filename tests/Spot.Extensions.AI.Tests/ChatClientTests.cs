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
        Assert.Equal((8, "films"), (found.Usage!.InputTokenCount, found[0].ModelId));
        Assert.Empty(await generator.GenerateAsync([], cancellationToken: Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 2 }, Cancel));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { ModelId = "none" }, Cancel));
        Assert.Equal("films", generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId);
    }

    private enum Kind
    {
        fact,
        opinion,
    }
}
