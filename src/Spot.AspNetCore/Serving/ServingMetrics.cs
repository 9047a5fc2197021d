using System.Diagnostics.Metrics;

namespace Spot.AspNetCore;

/// <summary>The metrics of the meter <c>Spot.AspNetCore</c>: OpenTelemetry's semantic conventions of servers of generative models, with their boundaries.</summary>
internal sealed class ServingMetrics(IMeterFactory meters)
{
    public const string MeterName = "Spot.AspNetCore";

    private readonly Meter _meter = meters.Create(MeterName);

    public Histogram<double> RequestDuration => field ??= Seconds(
        "gen_ai.server.request.duration", "Time of a request.", [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]);

    public Histogram<double> TimeToFirstToken => field ??= Seconds(
        "gen_ai.server.time_to_first_token", "Time of a stream to its first piece.", [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]);

    public Histogram<double> TimePerOutputToken => field ??= Seconds(
        "gen_ai.server.time_per_output_token", "Time of a stream's piece behind its first.", [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]);

    private Histogram<double> Seconds(string name, string description, double[] boundaries) =>
        _meter.CreateHistogram<double>(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = boundaries });
}
