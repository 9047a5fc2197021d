using System.Text.Json;

namespace Spot.Tuning;

/// <summary>A run's times: throughput, elapsed and remaining, for progress, history and metrics.</summary>
internal sealed class RunClock(TrainingOptions options, TimeProvider time)
{
    private long _began;
    private long? _firstStepBegan;
    private TimeSpan _training, _evaluating, _evaluation;
    private long _examples;
    private int _first, _step;

    /// <summary>Steps since the run began or went on.</summary>
    public int StepsDone => _step - _first;

    /// <summary>Begins at a step.</summary>
    public void Start(int step)
    {
        _first = _step = step;
        _began = time.GetTimestamp();
    }

    /// <summary>Work for a step begins: from the first one on the pace counts.</summary>
    public void BeginStep(long began) => _firstStepBegan ??= began;

    /// <summary>Takes an evaluation into account; the next ones are expected to take as long.</summary>
    public void CountEvaluation(TimeSpan duration)
    {
        _evaluation = duration;
        _evaluating += _firstStepBegan is null ? TimeSpan.Zero : duration;
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

    /// <summary>What is reported of a step; of none before the first.</summary>
    public TuningProgress Progress(string task, StepReport? report, TuningEvaluation? evaluation) =>
        new(task, _step, options.Steps, report?.Loss ?? double.NaN, evaluation, Elapsed, Remaining)
        {
            Kind = options.Label.Kind,
            Source = options.Label.Source,
            Candidate = options.Label.Candidate,
            Candidates = options.Label.Candidates,
            FirstStep = _first,
            BatchSize = options.BatchSize,
            EvaluateEvery = options.Label.Kind == TuningRunKind.Embedding ? 0 : options.EvaluateEvery,
            GradientNorm = report?.GradientNorm ?? double.NaN,
            LearningRate = report?.Rate ?? double.NaN,
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
        json.WriteNumber("elapsed", Math.Round(Elapsed.TotalSeconds, 3));
        json.WriteNumber("remaining", Math.Round(Remaining!.Value.TotalSeconds, 1));
    }

    /// <summary>Writes an evaluation's line of the history.</summary>
    public static void Write(Utf8JsonWriter json, TuningEvaluation evaluation)
    {
        json.WriteNumber("step", evaluation.Step);
        Number("score", evaluation.Score);
        json.WriteNumber("illegal_outputs", evaluation.InvalidOutputRate);
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

    private TimeSpan Elapsed => time.GetElapsedTime(_began);

    private TimeSpan? Remaining => StepsDone == 0 || _firstStepBegan is not { } began
        ? null
        : ((time.GetElapsedTime(began) - _evaluating) / StepsDone * (options.Steps - _step)) + (_evaluation * EvaluationsLeft);

    private int EvaluationsLeft => ((options.Steps + options.EvaluateEvery - 1) / options.EvaluateEvery) - (_step / options.EvaluateEvery);
}
