using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Spot.Tokenization;

namespace Spot.Tuning;

/// <summary>The loop over steps, the same for prompts and models: draw, compute, update, evaluate, keep.</summary>
/// <param name="trainable">What is trained.</param>
/// <param name="mixture">On what.</param>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="options">A private, checked copy.</param>
/// <param name="logger">Told of the run's course.</param>
internal sealed class TuningRun(ITrainable trainable, TaskMixture mixture, T5Tokenizer tokenizer, TuningOptions options, ILogger logger)
{
    private readonly TrainingStream _stream = new(mixture, tokenizer, options);
    private readonly RunClock _clock = new(options);
    private RunFolder? _folder;
    private RunState _state = new();
    private bool _torn; // a step is half done and cannot be undone

    /// <summary>Where the run stands, also after an error.</summary>
    public RunState State => _state;

    /// <summary>Runs to the end, from the checkpoint if there is one.</summary>
    /// <param name="identity">What the run is.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Checked before every step and in evaluations; a run with a folder leaves a checkpoint.</param>
    /// <returns><see cref="State"/>.</returns>
    public RunState Execute(IReadOnlyDictionary<string, string> identity, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        using Activity? activity = TuningTelemetry.Activities.StartActivity("spot.tune");
        activity?.SetTag("spot.task", mixture.Name).SetTag("spot.kind", trainable.Kind).SetTag("spot.steps", options.Steps).SetTag("spot.seed", options.Seed);
        TuningLog.Started(logger, trainable.Kind, mixture.Name, options.Steps, options.BatchSize, options.Seed);
        using IDisposable? folder = Open(identity);
        try
        {
            foreach (int _ in Loop(progress, cancellationToken))
            {
                // goes through all steps
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or TuningDivergedException or ObjectDisposedException)
        {
            Save();
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }

        TuningEvaluation best = _state.BestEvaluation;
        TuningLog.Finished(logger, mixture.Name, _state.Step, best.Score, best.Step);
        activity?.SetTag("spot.best.step", best.Step).SetTag("spot.best.score", best.Score);
        return _state;
    }

    /// <summary>Opens the run's folder, if it has one, and goes to its checkpoint.</summary>
    /// <param name="identity">What the run is.</param>
    /// <returns>Closes the folder.</returns>
    public IDisposable? Open(IReadOnlyDictionary<string, string> identity)
    {
        _folder = options.RunFolder is null ? null : RunFolder.Open(options.RunFolder, identity, trainable.Parameters);
        _state = _folder?.State ?? _state;
        if (_state.Step > 0)
        {
            TuningLog.Resumed(logger, mixture.Name, _state.Step);
            _folder!.History.WriteEvent(_state.Step, "resumed");
            if (_state.ComputedOn is { } before && before != identity[RunIdentity.ComputedOn])
            {
                TuningLog.Moved(logger, mixture.Name, before, identity[RunIdentity.ComputedOn]);
            }
        }

        return _folder;
    }

    /// <summary>The course of the run: stops before every step to say how many are done, and ends with the run.</summary>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Checked before every step and in evaluations.</param>
    public IEnumerable<int> Loop(IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        int saved = _state.Step;
        StepReport? report = null;
        _clock.Start(_state.Step);
        while (true)
        {
            TuningEvaluation? evaluation = EvaluateIfDue(cancellationToken);
            if (report is { } done)
            {
                progress?.Report(_clock.Progress(mixture.Name, done, evaluation));
            }

            bool ended = IsAtEnd();
            if (_state.Step > saved && (ended || _state.Step % options.CheckpointEvery == 0))
            {
                Save();
                saved = _state.Step;
            }

            if (ended)
            {
                yield break;
            }

            yield return _state.Step;
            cancellationToken.ThrowIfCancellationRequested();
            report = DoStep();
        }
    }

    private StepReport DoStep()
    {
        long began = Stopwatch.GetTimestamp();
        TrainingBatch batch = _stream.Batch(_state.Step);
        double loss = trainable.Compute(batch.Examples, _state.Step);
        double norm = trainable.GradientNorm();
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            throw Diverged(batch, loss, norm, trainable.NotFiniteGradient());
        }

        double factor = LearningRate.Factor(options, _state.Step);
        Update(factor, batch, loss, norm);
        _state.Losses.Add(loss);
        _state.Step++;
        if (_state.Step == options.EmbeddingStep)
        {
            _state.Early = trainable.TakesEmbedding ? Snapshot() : null;
        }

        StepReport report = new(_state.Step, loss, norm, options.Optimizer.LearningRate * factor, batch.Examples.Length, Stopwatch.GetElapsedTime(began));
        _clock.Count(report);
        _folder?.History.Write(json => _clock.Write(json, report));
        return report;
    }

    private void Update(double factor, TrainingBatch batch, double loss, double norm)
    {
        Action? goBack = trainable.Remember();
        trainable.Apply(factor, options.GradientClipping is { } most && norm > most ? most / norm : 1);
        if (trainable.NotFiniteValue() is { } place)
        {
            goBack?.Invoke();
            _torn = goBack is null;
            throw Diverged(batch, loss, norm, place);
        }
    }

    private TuningDivergedException Diverged(TrainingBatch batch, double loss, double norm, string? place)
    {
        int step = _state.Step + 1;
        TuningLog.Diverged(logger, mixture.Name, step, loss, norm);
        _folder?.History.WriteEvent(step, "diverged");
        string found = FormattableString.Invariant($"loss {loss}, gradient norm {norm}{(place is null ? "" : ", " + place)}");
        string first = batch.Sources[0].Input;
        string message = $"Tuning '{mixture.Name}' diverged at step {step}: {found}. The batch began with '{(first.Length > 80 ? first[..80] + "…" : first)}'. Lower the learning rate, or use float32.";
        return trainable.Diverged(message, step, batch.Sources, _state.Best);
    }

    private TuningEvaluation? EvaluateIfDue(CancellationToken cancellationToken)
    {
        int step = _state.Step;
        bool due = step == 0 ? options.EvaluateStart : step % options.EvaluateEvery == 0 || step == options.Steps;
        if (!due || (_state.Evaluations.Count > 0 && _state.Evaluations[^1].Step == step))
        {
            return null;
        }

        using Activity? activity = TuningTelemetry.Activities.StartActivity("spot.evaluate");
        TuningEvaluation evaluation = trainable.Evaluate(step, cancellationToken);
        activity?.SetTag("spot.step", step).SetTag("spot.score", evaluation.Score);
        _state.Evaluations.Add(evaluation);
        if (_state.BestIndex == _state.Evaluations.Count - 1)
        {
            _state.Best = Snapshot();
        }

        TuningTelemetry.Score.Record(evaluation.Score, new KeyValuePair<string, object?>("spot.task", mixture.Name));
        TuningLog.Evaluated(logger, mixture.Name, step, evaluation.Score, evaluation.IllegalOutputs);
        _folder?.History.Write(json => RunClock.Write(json, evaluation));
        return evaluation;
    }

    private bool IsAtEnd()
    {
        if (_state.Step >= options.Steps)
        {
            return true;
        }

        bool embedded = _state.Step >= options.EmbeddingStep || options.EmbeddingStep > options.Steps;
        if (options.Patience is not { } patience || !embedded || _state.Evaluations.Count - 1 - _state.BestIndex < patience || _state.Evaluations.Count == 0)
        {
            return false;
        }

        TuningLog.StoppedEarly(logger, mixture.Name, _state.Step, _state.BestEvaluation.Step);
        return true;
    }

    /// <summary>Replaces the checkpoint of a run with a folder.</summary>
    public void Save()
    {
        if (_folder is not null && !_torn)
        {
            using Activity? activity = TuningTelemetry.Activities.StartActivity("spot.checkpoint");
            _folder.Save(_state);
        }
    }

    private float[][] Snapshot() => [.. trainable.Parameters.Select(parameter => parameter.Read())];
}
