using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Spot.Inference;
using Spot.Library;

namespace Spot.Tests.Inference;

/// <summary>What a host sees of requests. Alone, since the meter is the process's.</summary>
[Collection(Alone.Name)]
public sealed class InferenceTelemetryTests : InferenceTestBase
{
    private readonly ConcurrentDictionary<string, double> _sums = new(), _last = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

    [Fact]
    public async Task Requests_passes_caches_and_tokens_are_measured()
    {
        using PromptLibrary library = await LibraryAsync();
        using MeterListener listener = Listen();
        await using PromptInference inference = new(_backbone, library);
        PromptRequest request = new(Text(0), "p0");
        await inference.ClassifyAsync(request, cancellationToken: Cancel);
        Assert.Equal((1, 1), (Sum("cache.requests prompt miss"), Sum("cache.requests encoder miss")));
        Assert.Equal((0, 0), (Sum("cache.requests prompt hit"), Sum("cache.requests encoder hit")));
        await inference.ClassifyAsync(request, cancellationToken: Cancel);
        await inference.ScoreAsync(request, Labels, Cancel);
        await inference.EmbedAsync(request, Cancel);
        GenerationResult written = await inference.GenerateAsync(request, new GenerationOptions { MaxNewTokens = 5, MinNewTokens = 5 }, Cancel);
        GenerationResult drawn = await inference.GenerateAsync(new PromptRequest(Text(1)) { Prompt = _prompts[1] }, new GenerationOptions { Temperature = 1, Samples = 3, MaxNewTokens = 4 }, Cancel);
        Assert.Equal((2, 4), (Sum("cache.requests prompt miss"), Sum("cache.requests prompt hit")));
        Assert.Equal((2, 4), (Sum("cache.requests encoder miss"), Sum("cache.requests encoder hit")));
        Assert.Equal((2, 1, 1, 2), (Sum("requests classify answered"), Sum("requests score answered"), Sum("requests embed answered"), Sum("requests generate answered")));
        Assert.Equal(5 + drawn.Outputs.Sum(output => output.TokenIds.Count), Sum("tokens"));
        Assert.Equal((2, 2), (Sum("pass.rows encode"), _counts["pass.rows encode"]));
        Assert.Equal((3, 3), (Sum("pass.rows score"), _counts["pass.rows score"]));
        Assert.Equal(written.Outputs[0].TokenIds.Count + drawn.Outputs.Sum(output => output.TokenIds.Count), Sum("pass.rows decode"));
        Assert.Equal((0, 2), (Sum("encoder.padding"), _counts["encoder.padding"])); // a row each
        Assert.Equal(6, _counts.Where(count => count.Key.StartsWith("request.duration", StringComparison.Ordinal)).Sum(count => count.Value));
        Assert.Equal(6, _counts.Where(count => count.Key.StartsWith("queue.duration", StringComparison.Ordinal)).Sum(count => count.Value));
        Assert.All(_sums.Where(sum => sum.Key.EndsWith("duration", StringComparison.Ordinal)), sum => Assert.True(sum.Value > 0));
    }

    [Fact]
    public async Task How_a_request_ends_is_told_and_how_many_wait()
    {
        using MeterListener listener = Listen();
        await using PromptInference inference = new(_backbone, options: new PromptInferenceOptions { QueueCapacity = 2 });
        await Assert.ThrowsAsync<SpotException>(() => inference.EmbedAsync(new PromptRequest(Text(0), "p0"), Cancel));
        using CancellationTokenSource cancel = new();
        Task<GenerationResult> cancelled;
        Task<EmbeddingResult> answered;
        using (new Blocked(_backbone))
        {
            await Assert.ThrowsAsync<TimeoutException>(() => inference.EmbedAsync(new PromptRequest(Text(0)) { Timeout = TimeSpan.FromMilliseconds(1) }, Cancel));
            cancelled = inference.GenerateAsync(new PromptRequest(Text(1)), cancellationToken: cancel.Token);
            answered = inference.EmbedAsync(new PromptRequest(Text(2)), Cancel);
            while (inference.Scheduler.Waiting < 2)
            {
                await Task.Delay(1, Cancel);
            }

            await Assert.ThrowsAsync<QueueFullException>(() => inference.EmbedAsync(new PromptRequest(Text(3)), Cancel));
            listener.RecordObservableInstruments();
            Assert.Equal((2, 0), (_last["waiting"], _last["running"]));
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        }

        await answered;
        listener.RecordObservableInstruments();
        Assert.Equal((0, 0), (_last["waiting"], _last["running"]));
        Assert.Equal((1, 1, 1, 1), (Sum("requests embed failed"), Sum("requests embed late"), Sum("requests embed refused"), Sum("requests embed answered")));
        Assert.Equal(1, Sum("requests generate cancelled"));
    }

    private double Sum(string key) => _sums.GetValueOrDefault(key);

    private MeterListener Listen()
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == "Spot" && instrument.Name.StartsWith("spot.inference.", StringComparison.Ordinal))
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        return listener;
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string key = instrument.Name["spot.inference.".Length..];
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            key += $" {tag.Value}";
        }

        _sums.AddOrUpdate(key, value, (_, sum) => sum + value);
        _counts.AddOrUpdate(key, 1, (_, count) => count + 1);
        _last[key] = value;
    }
}
