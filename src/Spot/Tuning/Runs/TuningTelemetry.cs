using System.Diagnostics.Metrics;

namespace Spot.Tuning;

/// <summary>What a host can observe of runs.</summary>
internal static class TuningTelemetry
{
    public static readonly Counter<long> Steps = SpotTelemetry.Meter.CreateCounter<long>("spot.tuning.steps", "{step}", "Optimiser steps done.");

    public static readonly Counter<long> Examples = SpotTelemetry.Meter.CreateCounter<long>("spot.tuning.examples", "{example}", "Training examples seen.");

    public static readonly Histogram<double> StepDuration = SpotTelemetry.Meter.CreateHistogram<double>("spot.tuning.step.duration", "s", "Time of a step, without evaluation.");

    public static readonly Gauge<double> Loss = SpotTelemetry.Meter.CreateGauge<double>("spot.tuning.loss", "nat", "Mean cross-entropy of a target token in the last batch.");

    public static readonly Gauge<double> Score = SpotTelemetry.Meter.CreateGauge<double>("spot.tuning.score", "%", "Validation score of the last evaluation.");
}
