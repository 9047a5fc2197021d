using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Spot.Inference;

/// <summary>What a host can observe of requests: how many, how long, how well they share passes. Never a text. Safe for concurrent calls.</summary>
internal static class InferenceTelemetry
{
    /// <summary>What a request asks for.</summary>
    public const string Generate = "generate", Classify = "classify", Score = "score", Embed = "embed";

    private static readonly Counter<long> Requests = SpotTelemetry.Meter.CreateCounter<long>("spot.inference.requests", "{request}", "Requests that ended.");

    private static readonly Histogram<double> Duration = SpotTelemetry.Meter.CreateHistogram<double>("spot.inference.request.duration", "s", "Time from the call to its end.");

    private static readonly Histogram<double> QueueDuration = SpotTelemetry.Meter.CreateHistogram<double>("spot.inference.queue.duration", "s", "Time that a request waited before it was begun.");

    private static readonly Histogram<long> PassRows = SpotTelemetry.Meter.CreateHistogram<long>(
        "spot.inference.pass.rows", "{row}", "Rows that were computed together: inputs encoded, inputs whose targets were scored, or answers written a token on.");

    private static readonly Histogram<double> Padding = SpotTelemetry.Meter.CreateHistogram<double>("spot.inference.encoder.padding", "1", "Share of an encoder pass that was padding.");

    private static readonly Counter<long> CacheRequests = SpotTelemetry.Meter.CreateCounter<long>("spot.inference.cache.requests", "{request}", "What was asked of the caches.");

    private static readonly Counter<long> Tokens = SpotTelemetry.Meter.CreateCounter<long>("spot.inference.tokens", "{token}", "Tokens of answers that were written.");

    public static readonly ObservableUpDownCounter<long> Waiting = SpotTelemetry.Meter.CreateObservableUpDownCounter(
        "spot.inference.waiting", () => Volatile.Read(ref _waiting), "{request}", "Requests that wait to be begun.");

    public static readonly ObservableUpDownCounter<long> Running = SpotTelemetry.Meter.CreateObservableUpDownCounter(
        "spot.inference.running", () => Math.Max(0, Volatile.Read(ref _taken) - Volatile.Read(ref _waiting)), "{request}", "Requests that are being answered.");

    private static long _waiting, _taken;

    /// <summary>A request ended.</summary>
    /// <param name="kind">What was asked for.</param>
    /// <param name="began">When it was.</param>
    /// <param name="failure">Why there was no answer; null where there was one.</param>
    public static void Ended(string kind, long began, Exception? failure)
    {
        string outcome = failure switch
        {
            null => "answered",
            OperationCanceledException => "cancelled",
            TimeoutException => "late",
            QueueFullException => "refused",
            _ => "failed",
        };
        Requests.Add(1, new("spot.request.kind", kind), new("spot.request.outcome", outcome));
        Duration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, new("spot.request.kind", kind), new("spot.request.outcome", outcome));
    }

    /// <summary>A request is begun.</summary>
    public static void Begun(string kind, TimeSpan waited) => QueueDuration.Record(waited.TotalSeconds, new KeyValuePair<string, object?>("spot.request.kind", kind));

    /// <summary>Rows were computed together.</summary>
    public static void Pass(string stage, int rows) => PassRows.Record(rows, new KeyValuePair<string, object?>("spot.pass.stage", stage));

    /// <summary>The encoder computed positions, some of them padding.</summary>
    public static void Padded(long padded, long positions) => Padding.Record((double)padded / positions);

    /// <summary>A cache was asked.</summary>
    public static void Asked(string cache, int hits, int misses)
    {
        CacheRequests.Add(hits, new("spot.cache.name", cache), new("spot.cache.result", "hit"));
        CacheRequests.Add(misses, new("spot.cache.name", cache), new("spot.cache.result", "miss"));
    }

    /// <summary>An answer was written.</summary>
    public static void Wrote(int tokens) => Tokens.Add(tokens);

    /// <summary>More or fewer requests wait in a queue.</summary>
    public static void Wait(int more) => Interlocked.Add(ref _waiting, more);

    /// <summary>More or fewer requests have no end yet, whether they wait or are begun.</summary>
    public static void Take(int more) => Interlocked.Add(ref _taken, more);
}
