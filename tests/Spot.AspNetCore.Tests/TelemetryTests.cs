using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Spot.AspNetCore.Tests;

/// <summary>What a host can watch, and that no text of a user is in it.</summary>
public sealed class TelemetryTests
{
    private const string Secret = "4711-secret";

    [Fact]
    public async Task Requests_are_measured_by_operation_prompt_and_error()
    {
        await using RunningServer server = await (await RunningServer.StartAsync(new FakeInference())).ReadyAsync();
        ConcurrentQueue<string> measured = [];
        using MeterListener listener = Listen(server, measured);
        foreach (string path in (string[])["prompts/films/classify", "prompts/none/embed", "prompts/late/generate"])
        {
            (await server.PostAsync(path, $$"""{ "text": "{{Secret}}" }""")).Dispose();
        }

        (await server.PostAsync("prompts/films/generate", $$"""{ "text": "{{Secret}}", "stream": true }""")).Dispose();
        (await server.PostAsync("completions", $$"""{ "model": "breaks", "prompt": "{{Secret}}", "stream": true }""")).Dispose();
        (await server.PostAsync("prompts/films/generate", $$"""{ "text": "a", "{{Secret}}": 1 }""")).Dispose();
        string[] expected =
        [
            "gen_ai.server.request.duration s gen_ai.operation.name=classify gen_ai.provider.name=spot gen_ai.request.model=films",
            "gen_ai.server.request.duration s gen_ai.operation.name=embeddings gen_ai.provider.name=spot error.type=404",
            "gen_ai.server.request.duration s gen_ai.operation.name=text_completion gen_ai.provider.name=spot error.type=400",
            "gen_ai.server.request.duration s gen_ai.operation.name=text_completion gen_ai.provider.name=spot error.type=504",
            "gen_ai.server.request.duration s gen_ai.operation.name=text_completion gen_ai.provider.name=spot gen_ai.request.model=breaks error.type=504",
            "gen_ai.server.request.duration s gen_ai.operation.name=text_completion gen_ai.provider.name=spot gen_ai.request.model=films",
            "gen_ai.server.time_per_output_token s gen_ai.operation.name=text_completion gen_ai.provider.name=spot gen_ai.request.model=films",
            "gen_ai.server.time_to_first_token s gen_ai.operation.name=text_completion gen_ai.provider.name=spot gen_ai.request.model=breaks",
            "gen_ai.server.time_to_first_token s gen_ai.operation.name=text_completion gen_ai.provider.name=spot gen_ai.request.model=films",
        ];
        await RunningServer.UntilAsync(() => Task.FromResult(measured.Count >= expected.Length)); // recorded when the answer was sent
        Assert.Equal(expected, measured.Order(StringComparer.Ordinal));
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_leaves_is_told_apart_from_a_server_that_fails()
    {
        FakeInference fake = new();
        await using RunningServer server = await (await RunningServer.StartAsync(fake)).ReadyAsync();
        ConcurrentQueue<string> measured = [];
        using MeterListener listener = Listen(server, measured);
        using CancellationTokenSource leave = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using StringContent body = new("""{ "text": "hello" }""", System.Text.Encoding.UTF8, "application/json");
        Task<HttpResponseMessage> request = server.Client.PostAsync("/v1/prompts/waits/classify", body, leave.Token);
        await fake.Asked;
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await RunningServer.UntilAsync(() => Task.FromResult(!measured.IsEmpty));
        Assert.Equal(["gen_ai.server.request.duration s gen_ai.operation.name=classify gen_ai.provider.name=spot error.type=499"], measured);
    }

    private static MeterListener Listen(RunningServer server, ConcurrentQueue<string> measured)
    {
        IMeterFactory own = server.Application.Services.GetRequiredService<IMeterFactory>();
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == "Spot.AspNetCore" && ReferenceEquals(instrument.Meter.Scope, own))
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) =>
        {
            Assert.True(value >= 0);
            measured.Enqueue($"{instrument.Name} {instrument.Unit} " + string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")));
        });
        listener.Start();
        return listener;
    }
}
