using System.Text.Json;
using Microsoft.Playwright;

namespace Spot.AspNetCore.Tests;

/// <summary>What the page makes of answers that the sample server seldom gives: they come from the browser's own router.</summary>
public sealed class PageAnswerTests : PageTestBase
{
    private const string Text = "sentence: The bridge has two lanes.";

    [Fact]
    public async Task A_problem_is_told_with_the_time_to_wait()
    {
        await AnswerAsync("**/classify", 429, "application/problem+json", """{ "title": "Too many requests wait.", "detail": "1024 requests wait already." }""", ("Retry-After", "3"));
        await AskAsync("#classify");
        await SaysAsync("#error", "1024 requests wait already. Try again in 3 s.");
        await AnswerAsync("**/classify", 500, "application/problem+json", """{ "title": "An error occurred." }""");
        await AskAsync("#classify");
        await SaysAsync("#error", "An error occurred.");
        await AnswerAsync("**/classify", 502, "text/html", "<p>Bad gateway</p>");
        await AskAsync("#classify");
        await SaysAsync("#error", "The server answered 502.");
    }

    [Fact]
    public async Task A_stream_is_put_together_and_says_how_it_ends()
    {
        await AnswerAsync("**/generate", 200, "text/event-stream", "data: {\"text\":\"one \"}\n\ndata: {\"text\":\"two\"}\n\ndata: {\"text\":\"\",\"finishReason\":\"length\"}\n\n");
        await AskAsync("#generate");
        await SaysAsync("#result .note", "as many tokens as are allowed");
        Assert.Equal("one two", await Page.TextContentAsync("#written"));
        await AnswerAsync("**/generate", 200, "text/event-stream", "data: {\"text\":\"one \"}\n\nevent: error\ndata: {\"status\":504,\"detail\":\"No answer after 1 s.\"}\n\n");
        await AskAsync("#generate");
        await SaysAsync("#error", "No answer after 1 s.");
    }

    [Fact]
    public async Task A_stream_that_comes_in_parts_is_read_across_their_edges()
    {
        // The router answers at once; a response of the page's own comes in as many parts as it is given.
        await Page.EvaluateAsync(
            """
            () => {
              const parts = ["da", "ta: {\"text\":\"fa", "ct\"}\n", "\ndata: {\"text\":\"s\",\"finishReason\":\"stop\"}\n\n"];
              const encoder = new TextEncoder();
              const body = new ReadableStream({ pull(controller) { parts.length ? controller.enqueue(encoder.encode(parts.shift())) : controller.close(); } });
              window.fetch = async () => new Response(body, { headers: { "Content-Type": "text/event-stream" } });
            }
            """);
        await AskAsync("#generate");
        await SaysAsync("#written", "facts");
        await Page.WaitForSelectorAsync("#stop", new() { State = WaitForSelectorState.Hidden });
        Assert.Equal("", await Page.TextContentAsync("#error"));
    }

    [Fact]
    public async Task An_answer_that_takes_long_can_be_stopped_and_another_asked_for()
    {
        int asked = 0;
        bool hangs = true;
        await Page.RouteAsync("**/classify", route =>
        {
            asked++;
            return hangs ? Task.CompletedTask : route.ContinueAsync();
        });
        await AskAsync("#classify");
        await Page.WaitForSelectorAsync("#stop");
        await Task.WhenAll(FailedAsync(), Page.ClickAsync("#stop"));
        await Page.WaitForSelectorAsync("#stop", new() { State = WaitForSelectorState.Hidden });
        Assert.Equal(("", false), (await Page.TextContentAsync("#error"), await Page.IsVisibleAsync("#error"))); // who stops knows why
        await AskAsync("#classify");
        await Page.WaitForSelectorAsync("#stop");
        await Task.WhenAll(FailedAsync(), AskAsync("#classify")); // takes the first out
        Assert.True(await Page.IsVisibleAsync("#stop")); // the second is still under way
        hangs = false;
        await AskAsync("#classify");
        await Page.WaitForSelectorAsync("#result dl");
        await Page.WaitForSelectorAsync("#stop", new() { State = WaitForSelectorState.Hidden });
        Assert.Equal(4, asked);
    }

    [Fact]
    public async Task A_server_that_loads_is_asked_again_and_a_library_may_be_empty()
    {
        bool loads = true;
        await Page.RouteAsync("**/v1/prompts?*", route => loads
            ? route.FulfillAsync(new() { Status = 503, ContentType = "application/problem+json", Body = """{ "detail": "The server loads its model." }""" })
            : route.FulfillAsync(new() { ContentType = "application/json", Body = """{ "prompts": [] }""" }));
        await Page.ReloadAsync();
        await SaysAsync("#error", "The server loads its model.");
        loads = false;
        await SaysAsync("#error", "The library holds no prompts yet.");
    }

    [Fact]
    public async Task A_prompt_without_labels_only_writes()
    {
        string prompt = JsonSerializer.Serialize(new { id = "a b/c", task = "free", labels = Array.Empty<string>(), metrics = new Dictionary<string, double>() });
        await AnswerAsync("**/v1/prompts?*", 200, "application/json", $$"""{ "prompts": [{{prompt}}] }""");
        await Page.ReloadAsync();
        await SaysAsync("#about", "free text");
        Assert.True(await Page.IsDisabledAsync("#classify"));
        await Page.FillAsync("#text", Text);
        IResponse response = await Page.RunAndWaitForResponseAsync(() => Page.ClickAsync("#generate"), "**/generate");
        Assert.EndsWith("/v1/prompts/a%20b%2Fc/generate", response.Url, StringComparison.Ordinal);
        Assert.Equal(Text, response.Request.PostDataJSON()!.Value.GetProperty("text").GetString());
        await SaysAsync("#error", "Found no prompt");
    }

    // Ends when the page takes a request out.
    private Task FailedAsync()
    {
        TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Page.RequestFailed += (_, _) => failed.TrySetResult();
        return failed.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private async Task AskAsync(string button)
    {
        await Page.FillAsync("#text", Text);
        await Page.ClickAsync(button);
    }

    private async Task AnswerAsync(string path, int status, string type, string body, params (string Name, string Value)[] headers)
    {
        await Page.UnrouteAllAsync();
        await Page.RouteAsync(path, route => route.FulfillAsync(new()
        {
            Status = status,
            Headers = headers.Append(("Content-Type", type)).ToDictionary(header => header.Item1, header => header.Item2),
            Body = body,
        }));
    }
}
