using System.Diagnostics;
using System.Text.Json;

namespace Spot.Tuning;

/// <summary>A run's times: throughput, elapsed and remaining, for progress, history and metrics.</summary>
internal sealed class RunClock(TuningOptions options)
{
    private readonly Stopwatch _elapsed = new();
    private TimeSpan _training;
    private long _examples;
    private int _first, _step;

    /// <summary>Begins at a step.</summary>
    public void Start(int step)
    {
        _first = _step = step;
        _elapsed.Start();
    }

    /// <summary>Takes a step into account.</summary>
    public void Count(StepReport report)
    {
        _step = report.Step;
        _training += report.Duration;
        _examples += report.Examples;
        TuningTelemetry.Steps.Add(1);
        TuningTelemetry.Examples.Add(report.Examples);
        TuningTelemetry.StepDuration.Record(report.Duration.TotalSeconds);
        TuningTelemetry.Loss.Record(report.Loss);
    }

    /// <summary>What is reported of a step.</summary>
    public TuningProgress Progress(string task, StepReport report, TuningEvaluation? evaluation) =>
        new(task, report.Step, options.Steps, report.Loss, evaluation, _elapsed.Elapsed, Remaining)
        {
            GradientNorm = report.GradientNorm,
            LearningRate = report.Rate,
            ExamplesPerSecond = ExamplesPerSecond,
        };

    /// <summary>Writes a step's line of the history.</summary>
    public void Write(Utf8JsonWriter json, StepReport report)
    {
        json.WriteNumber("step", report.Step);
        json.WriteNumber("loss", report.Loss);
        json.WriteNumber("gradient_norm", report.GradientNorm);
        json.WriteNumber("learning_rate", report.Rate);
        json.WriteNumber("examples_per_second", Math.Round(ExamplesPerSecond, 2));
        json.WriteNumber("elapsed", Math.Round(_elapsed.Elapsed.TotalSeconds, 3));
        json.WriteNumber("remaining", Math.Round(Remaining.TotalSeconds, 1));
    }

    /// <summary>Writes an evaluation's line of the history.</summary>
    public static void Write(Utf8JsonWriter json, TuningEvaluation evaluation)
    {
        json.WriteNumber("step", evaluation.Step);
        Number("score", evaluation.Score);
        json.WriteNumber("illegal_outputs", evaluation.IllegalOutputs);
        json.WriteStartObject("metrics");
        foreach ((string name, double value) in evaluation.Metrics)
        {
            Number(name, value);
        }

        json.WriteEndObject();

        void Number(string name, double value)
        {
            if (double.IsFinite(value))
            {
                json.WriteNumber(name, value);
            }
            else
            {
                json.WriteNull(name); // undefined; JSON has no NaN
            }
        }
    }

    private double ExamplesPerSecond => _examples / Math.Max(1e-9, _training.TotalSeconds);

    // Evaluations so far are part of the pace.
    private TimeSpan Remaining => _elapsed.Elapsed / Math.Max(1, _step - _first) * (options.Steps - _step);
}
