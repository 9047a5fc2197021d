using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Runs from several prompts on one task, step by step beside each other: those of one length share passes over the model.</summary>
/// <remarks>
/// Every run is a run as any other, with a checkpoint of its own. After a stop those that are behind (the process was killed between two checkpoints)
/// catch up first, and rungs are decided again from the evaluations. A run that diverges ends alone, unless no other is left.
/// </remarks>
internal sealed class BatchedTuning
{
    private readonly string _backbone;
    private readonly TaskMixture _task;
    private readonly TuningOptions _options;
    private readonly TrainingStream _stream;
    private readonly PromptGradient _gradient;
    private readonly PromptTrainable[] _trainables;
    private readonly TuningRun[] _runs;
    private readonly SortedDictionary<string, string>[] _identities;
    private readonly SharedPasses _shared;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <param name="backbone">The model.</param>
    /// <param name="task">The task.</param>
    /// <param name="options">A private, checked copy.</param>
    /// <param name="starts">Prompts of the backbone.</param>
    /// <param name="logger">Told of the runs' courses.</param>
    /// <param name="milestones">Which steps are worth a line.</param>
    public BatchedTuning(T5Backbone backbone, TaskMixture task, TuningOptions options, SoftPrompt[] starts, ILogger logger, Milestones milestones)
    {
        (_logger, _time) = (logger, milestones.Time);
        _backbone = backbone.Name;
        _shared = new SharedPasses(backbone.Model, options);
        _task = task;
        _options = options;
        _stream = new TrainingStream(task, backbone.Tokenizer, options);
        _gradient = new PromptGradient(backbone.Model, options);
        MixtureEvaluator evaluator = new(backbone.Model, backbone.Tokenizer, task, options);
        PromptInitializer initializer = new(backbone.Model, backbone.Tokenizer);
        _trainables = [.. starts.Select(start => new PromptTrainable(backbone.Model, options, initializer.From(start, options, task.Labels), evaluator))];
        _runs = [.. _trainables.Select((trainable, i) => new TuningRun(trainable, task, _stream, Own(options, i, starts.Length), logger, milestones))];
        _identities = [.. starts.Select((start, i) => RunIdentity.Of(_trainables[i].Kind, backbone, task, options, start))];
    }

    private static TuningOptions Own(TuningOptions options, int place, int count) => options.Within(place.ToString(CultureInfo.InvariantCulture))
        .Labelled(new RunLabel(TuningRunKind.Candidate, options.StartNames.ElementAtOrDefault(place), place + 1, count));

    /// <summary>Runs them, each from its checkpoint if there is one.</summary>
    /// <param name="rungs">When the weaker ones are dropped; checked.</param>
    /// <param name="progress">Told at the start and after every step of every run.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    public IReadOnlyList<TuningResult> Run(TuningRung[] rungs, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        using Activity? activity = SpotTelemetry.Activities.StartActivity("spot.tune");
        activity?.SetTag("spot.task", _task.Name).SetTag("spot.kind", PromptTrainable.KindName).SetTag("spot.runs", _runs.Length)
            .SetTag("spot.steps", _options.Steps).SetTag("spot.seed", _options.Seed);
        TuningLog.StartedSeveral(_logger, _task.Name, _runs.Length, rungs.Length == 0 ? "none" : string.Join(", ", rungs.Select(rung => $"{rung.Keep} after step {rung.Step}")));
        List<IDisposable?> folders = [];
        try
        {
            for (int i = 0; i < _runs.Length; i++)
            {
                folders.Add(_runs[i].Open(_identities[i]));
            }

            RunCursor[] all = [.. _runs.Select((run, i) => new RunCursor(run, _trainables[i], run.Loop(progress, cancellationToken).GetEnumerator()))];
            RunCursor[] alive = all;
            foreach (TuningRung rung in rungs)
            {
                alive = Survivors(Advance(alive, rung.Step), rung);
            }

            alive = Advance(alive, _options.Steps);
            RunCursor best = alive.MaxBy(cursor => cursor.Run.State.BestEvaluation.Score)!;
            TuningLog.FinishedSeveral(_logger, _task.Name, all.Length, best.Run.Name, best.Run.State.BestEvaluation.Score);
            return [.. all.Select(Result)];
        }
        catch (Exception exception) when (exception is OperationCanceledException or TuningDivergedException or ObjectDisposedException)
        {
            Array.ForEach(_runs, run => run.Save());
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            throw;
        }
        finally
        {
            folders.ForEach(folder => folder?.Dispose());
            Array.ForEach(_trainables, trainable => trainable.Dispose());
        }
    }

    private TuningResult Result(RunCursor cursor) => cursor.Divergence is { } divergence
        ? PromptRunResult.Of(divergence, cursor.Trainable, cursor.Run.State, _task.Name, _options, _backbone)
        : PromptRunResult.Of(cursor.Trainable, cursor.Run.State, _task.Name, _options, _backbone);

    // Until every run is at a step, with its evaluation, or has ended. Gives back those that have not diverged.
    private RunCursor[] Advance(RunCursor[] cursors, int until)
    {
        while (true)
        {
            RunCursor[] behind = [.. cursors.Where(cursor => cursor.Continues && cursor.Step < until)];
            if (behind.Length == 0)
            {
                RunCursor[] good = [.. cursors.Where(cursor => cursor.Divergence is null)];
                return good.Length > 0 ? good : throw Result(cursors[0]).Divergence!;
            }

            int step = behind.Min(cursor => cursor.Step);
            RunCursor[] next = [.. behind.Where(cursor => cursor.Step == step)];
            long began = _time.GetTimestamp();
            TrainingBatch batch = _stream.Batch(step);
            TimeSpan drawing = _time.GetElapsedTime(began) / next.Length;
            foreach (IGrouping<int, RunCursor> group in next.GroupBy(cursor => cursor.Trainable.Values.Length))
            {
                int length = group.First().Trainable.Length + batch.Examples.Max(example => example.Input.Length);
                foreach (RunCursor[] part in group.Chunk(_shared.Prompts(length)))
                {
                    Prepare(part, batch, step, drawing);
                    Array.ForEach(part, cursor => cursor.MoveOn());
                }
            }
        }
    }

    // What is done for several runs at once is time of all of them, in equal shares.
    private void Prepare(RunCursor[] cursors, TrainingBatch batch, int step, TimeSpan drawing)
    {
        long began = _time.GetTimestamp();
        float[][] gradients = _gradient.ForwardBackward([.. cursors.Select(cursor => cursor.Trainable.Values)], cursors[0].Trainable.Length, batch.Examples, step);
        TimeSpan share = drawing + (_time.GetElapsedTime(began) / cursors.Length);
        for (int i = 0; i < cursors.Length; i++)
        {
            cursors[i].Trainable.Prepare(step, gradients[i], _gradient.Losses[i]);
            cursors[i].Run.Prepare(began, share);
        }
    }

    private RunCursor[] Survivors(RunCursor[] cursors, TuningRung rung)
    {
        RunCursor[] best = [.. rung.Survivors([.. cursors.Select(cursor => cursor.Run.State.Evaluations)]).Select(i => cursors[i])];
        foreach (RunCursor dropped in cursors.Except(best))
        {
            dropped.Run.Save();
            TuningLog.Dropped(_logger, dropped.Run.Name, dropped.Step, dropped.Run.State.BestEvaluation.Score);
        }

        return best;
    }

    /// <summary>A run between two steps.</summary>
    private sealed class RunCursor
    {
        private readonly IEnumerator<int> _steps;

        public RunCursor(TuningRun run, PromptTrainable trainable, IEnumerator<int> steps)
        {
            (Run, Trainable, _steps) = (run, trainable, steps);
            MoveOn();
        }

        public TuningRun Run { get; }

        public PromptTrainable Trainable { get; }

        public bool Continues { get; private set; }

        public TuningDivergedException? Divergence { get; private set; }

        public int Step => Run.State.Step;

        public void MoveOn()
        {
            try
            {
                Continues = _steps.MoveNext();
            }
            catch (TuningDivergedException exception)
            {
                (Continues, Divergence) = (false, exception);
                Run.Save();
            }
        }
    }
}
