using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Spot.Tuning;

/// <summary>The loop over steps, the same for prompts and models: step, evaluate, keep.</summary>
/// <param name="trainable">What is trained.</param>
/// <param name="mixture">On what.</param>
/// <param name="stream">The mixture's examples; runs that take the same steps may share it.</param>
/// <param name="options">A private, checked copy.</param>
/// <param name="logger">Told of the run's course.</param>
/// <param name="milestones">Which steps are worth a line; runs beside each other share it.</param>
internal sealed class TuningRun(ITrainable trainable, TaskMixture mixture, TrainingStream stream, TrainingOptions options, ILogger logger, Milestones milestones)
{
    private readonly RunStep _step = new(trainable, mixture, stream, options, logger);
    private readonly RunClock _clock = new(options, milestones.Time);
    private TimeSpan _prepared; // for the next step
    private RunFolder? _folder;
    private RunState _state = new();

    /// <summary>What the run is called.</summary>
    public string Name { get; } = options.Label.Of(mixture.Name);

    /// <summary>Where the run stands, also after an error.</summary>
    public RunState State => _state;

    /// <summary>Runs to the end, from the checkpoint if there is one.</summary>
    /// <param name="identity">What the run is.</param>
    /// <param name="progress">Told at the start and after every step.</param>
    /// <param name="cancellationToken">Checked before every step and in evaluations; a run with a folder leaves a checkpoint.</param>
    /// <returns><see cref="State"/>.</returns>
    public RunState Execute(IReadOnlyDictionary<string, string> identity, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        using Activity? activity = SpotTelemetry.Activities.StartActivity("spot.tune");
        activity?.SetTag("spot.task", mixture.Name).SetTag("spot.kind", trainable.Kind).SetTag("spot.steps", options.Steps).SetTag("spot.seed", options.Seed);
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

        if (_state.BestIndex >= 0)
        {
            activity?.SetTag("spot.best.step", _state.BestEvaluation.Step).SetTag("spot.best.score", _state.BestEvaluation.Score);
        }

        return _state;
    }

    /// <summary>Opens the run's folder, if it has one, and goes to its checkpoint.</summary>
    /// <param name="identity">What the run is.</param>
    /// <returns>Closes the folder.</returns>
    public IDisposable? Open(IReadOnlyDictionary<string, string> identity)
    {
        TuningLog.Started(logger, Name, trainable.Kind, options);
        _folder = options.RunFolder is null ? null : RunFolder.Open(options.RunFolder, identity, trainable.Parameters);
        _state = _folder?.State ?? _state;
        if (_state.Step > 0)
        {
            TuningLog.Resumed(logger, Name, _state.Step, options.Steps);
            _folder!.History.WriteEvent(_state.Step, "resumed");
            if (_state.ComputedOn is { } before && before != identity[RunIdentity.ComputedOn])
            {
                TuningLog.Moved(logger, Name, before, identity[RunIdentity.ComputedOn]);
            }
        }

        return _folder;
    }

    /// <summary>The course of the run: stops before every step to say how many are done, and ends with the run.</summary>
    /// <param name="progress">Told at the start and after every step.</param>
    /// <param name="cancellationToken">Checked before every step and in evaluations.</param>
    public IEnumerable<int> Loop(IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        int saved = _state.Step;
        StepReport? report = null;
        _clock.Start(_state.Step);
        Report(progress, null, null);
        while (true)
        {
            TuningEvaluation? evaluation = EvaluateIfDue(cancellationToken);
            if (report is not null || evaluation is not null)
            {
                Report(progress, report, evaluation);
            }

            bool ended = IsAtEnd();
            if (_state.Step > saved && (ended || _state.Step % options.CheckpointEvery == 0))
            {
                Keep();
                Save();
                saved = _state.Step;
            }

            if (ended)
            {
                TuningLog.Finished(logger, Name, _state);
                yield break;
            }

            yield return _state.Step;
            cancellationToken.ThrowIfCancellationRequested();
            report = DoStep();
        }
    }

    /// <summary>Tells of work for the next step that was done for several runs at once.</summary>
    /// <param name="began">When it began.</param>
    /// <param name="share">This run's share of its time.</param>
    public void Prepare(long began, TimeSpan share)
    {
        _clock.BeginStep(began);
        _prepared = share;
    }

    private void Report(IProgress<TuningProgress>? progress, StepReport? report, TuningEvaluation? evaluation)
    {
        bool milestone = milestones.Pass(_clock.StepsDone, always: report is null || evaluation is not null || _state.Step == options.Steps);
        TuningProgress now = _clock.Progress(mixture.Name, report, evaluation) with { IsMilestone = milestone };
        if (milestone && report is not null && evaluation is null)
        {
            TuningLog.Pace(logger, Name, now.Step, now.Steps, now.Loss, now.ExamplesPerSecond, ResultText.Time(now.Remaining!.Value));
        }

        progress?.Report(now);
    }

    private StepReport DoStep()
    {
        long began = milestones.Time.GetTimestamp();
        _clock.BeginStep(began);
        double factor = LearningRate.Factor(options, _state.Step);
        (double loss, double norm, int examples) = _step.Take(_state, factor, _folder?.History);
        _state.Losses.Add(loss);
        _state.Step++;
        if (_state.Step == options.EarlyStep)
        {
            _state.Early = Snapshot();
        }

        TimeSpan duration = milestones.Time.GetElapsedTime(began) + _prepared;
        StepReport report = new(_state.Step, loss, norm, options.Optimizer.LearningRate * factor, examples, duration);
        _clock.Count(report);
        _folder?.History.Write(json => _clock.Write(json, report));
        return report;
    }

    private TuningEvaluation? EvaluateIfDue(CancellationToken cancellationToken)
    {
        int step = _state.Step;
        if (options.Label.Kind == TuningRunKind.Embedding)
        {
            return null; // its prompt counts
        }

        bool due = step == 0 ? options.EvaluateBeforeTraining : step % options.EvaluateEvery == 0 || step == options.Steps;
        if (!due || (_state.Evaluations.Count > 0 && _state.Evaluations[^1].Step == step))
        {
            return null;
        }

        using Activity? activity = SpotTelemetry.Activities.StartActivity("spot.evaluate");
        long began = milestones.Time.GetTimestamp();
        TuningEvaluation evaluation = trainable.Evaluate(step, cancellationToken);
        _clock.CountEvaluation(milestones.Time.GetElapsedTime(began));
        activity?.SetTag("spot.step", step).SetTag("spot.score", evaluation.Score);
        _state.Evaluations.Add(evaluation);
        if (_state.BestIndex == _state.Evaluations.Count - 1)
        {
            _state.Best = Snapshot();
        }

        TuningTelemetry.Score.Record(evaluation.Score, new KeyValuePair<string, object?>("spot.task", mixture.Name));
        TuningLog.Evaluated(logger, Name, step, evaluation.Score, evaluation.InvalidOutputRate);
        _folder?.History.Write(json => RunClock.Write(json, evaluation));
        return evaluation;
    }

    private bool IsAtEnd()
    {
        if (_state.Step >= options.Steps)
        {
            return true;
        }

        bool waits = options.EarlyStep is { } early && _state.Step < early && early <= options.Steps;
        if (options.Patience is not { } patience || waits || _state.Evaluations.Count - 1 - _state.BestIndex < patience || _state.Evaluations.Count == 0)
        {
            return false;
        }

        TuningLog.StoppedEarly(logger, Name, _state.Step, _state.BestEvaluation.Step);
        return true;
    }

    /// <summary>Replaces the checkpoint of a run with a folder.</summary>
    public void Save()
    {
        if (_folder is not null && !_step.IsTorn)
        {
            using Activity? activity = SpotTelemetry.Activities.StartActivity("spot.checkpoint");
            _folder.Save(_state);
        }
    }

    // Before the checkpoint: a run that goes on from one has all files up to it.
    private void Keep()
    {
        if (options.KeepsCheckpoints)
        {
            _folder?.Keep(_state.Step);
        }
    }

    private float[][] Snapshot() => [.. trainable.Parameters.Select(parameter => parameter.Read())];
}
