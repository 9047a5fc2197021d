using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Spot.Backbone;

namespace Spot.AspNetCore.Tests;

/// <summary>A request to the server as a trace: the activity of the HTTP request, and in it one of the library for each text.</summary>
public sealed class TraceTests
{
    private const string Secret = "4711-secret";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_over_http_is_one_trace_without_a_text()
    {
        await using RunningServer server = await (await RunningServer.StartAsync()).ReadyAsync();
        T5Backbone backbone = server.Application.Services.GetRequiredService<T5Backbone>();
        await server.Library.AddAsync(Models.Record("p0", 0, backbone.Fingerprint, backbone.Config.Dim, labels: ["fact", "opinion"]), cancellationToken: Cancel);
        using Trace trace = new();
        await AskAsync("prompts/p0/classify", $$"""{ "texts": ["one {{Secret}}", "two {{Secret}}"] }""");
        await AskAsync("prompts/p0/generate", $$"""{ "text": "{{Secret}}", "maxNewTokens": 3, "minNewTokens": 3, "stop": ["{{Secret}}"], "stream": true }""");
        await AskAsync("completions", $$"""{ "model": "p0", "prompt": "{{Secret}}", "max_tokens": 2, "temperature": 0.5, "seed": 9 }""");
        await AskAsync("embeddings", $$"""{ "model": "p0", "input": "{{Secret}}" }""");
        await AskAsync("completions", $$"""{ "model": "{{Secret}}", "prompt": "{{Secret}}" }""");
        string[] expected =
        [
            "classify p0",
            "classify p0",
            "embeddings p0",
            "text_completion System.Collections.Generic.KeyNotFoundException",
            "text_completion p0",
            "text_completion p0",
        ];
        await RunningServer.UntilAsync(() => Task.FromResult(trace.Ended.Count >= expected.Length + 5));
        Activity[] requests = [.. trace.Ended.Where(activity => activity.Source.Name == "Spot")];
        Assert.Equal(expected, requests.Select(request => $"{request.DisplayName} {request.GetTagItem("error.type")}".TrimEnd()).Order(StringComparer.Ordinal));
        Assert.All(requests, request => Assert.Equal("Microsoft.AspNetCore.Hosting.HttpRequestIn", request.Parent!.OperationName));
        Assert.Equal(5, requests.Select(request => request.ParentSpanId).Distinct().Count()); // two texts of one request are below it both
        Activity drawn = Assert.Single(requests, request => request.GetTagItem("gen_ai.request.seed") is not null);
        Assert.Equal((9L, 0.5, 2), ((long)drawn.GetTagItem("gen_ai.request.seed")!, (double)drawn.GetTagItem("gen_ai.request.temperature")!, (int)drawn.GetTagItem("gen_ai.request.max_tokens")!));
        Assert.DoesNotContain(Secret, string.Join('\n', trace.Ended.SelectMany(activity => activity.TagObjects.Select(tag => $"{tag.Value}").Append(activity.DisplayName))), StringComparison.Ordinal);

        async Task AskAsync(string path, string json)
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "/v1/" + path) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Add("traceparent", trace.Parent);
            using HttpResponseMessage response = await server.Client.SendAsync(request, Cancel);
            await response.Content.ReadAsStringAsync(Cancel);
        }
    }

    // What ends in the trace that a client begins; tests beside this one have their own.
    private sealed class Trace : IDisposable
    {
        private readonly ActivityTraceId _id = ActivityTraceId.CreateRandom();
        private readonly ActivityListener _listener;

        public Trace()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = source => source.Name is "Spot" or "Microsoft.AspNetCore",
                Sample = (ref ActivityCreationOptions<ActivityContext> of) => of.TraceId == _id ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
                ActivityStopped = activity =>
                {
                    if (activity.TraceId == _id)
                    {
                        Ended.Enqueue(activity);
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public ConcurrentQueue<Activity> Ended { get; } = new();

        public string Parent => $"00-{_id}-{ActivitySpanId.CreateRandom()}-01";

        public void Dispose() => _listener.Dispose();
    }
}
