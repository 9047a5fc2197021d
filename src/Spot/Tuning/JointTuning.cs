using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Runs from several prompts on one task, step by step beside each other: those of one length share passes over the model.</summary>
/// <remarks>
/// Every run is a run as any other, with a checkpoint of its own. After a stop those that are behind (the process was killed between two checkpoints)
/// catch up first, and rounds are decided again from the evaluations. A run that diverges ends alone, unless no other is left.
/// </remarks>
internal sealed class JointTuning
{
    private readonly string _backbone;
    private readonly TaskMixture _task;
    private readonly TuningOptions _options;
    private readonly TrainingStream _stream;
    private readonly PromptGradient _gradient;
    private readonly PromptTrainable[] _trainables;
    private readonly TuningRun[] _runs;
    private readonly SortedDictionary<string, string>[] _identities;
    private readonly FrozenT5 _model;

    /// <param name="backbone">The model.</param>
    /// <param name="task">The task.</param>
    /// <param name="options">A private, checked copy.</param>
    /// <param name="starts">Prompts of the backbone.</param>
    /// <param name="logger">Told of the runs' courses.</param>
    public JointTuning(T5Backbone backbone, TaskMixture task, TuningOptions options, SoftPrompt[] starts, ILogger logger)
    {
        _backbone = backbone.Name;
        _model = backbone.Model;
        _task = task;
        _options = options;
        _stream = new TrainingStream(task, backbone.Tokenizer, options);
        _gradient = new PromptGradient(backbone.Model, options);
        MixtureEvaluator evaluator = new(backbone.Model, backbone.Tokenizer, task, options);
        PromptInitializer initializer = new(backbone.Model, backbone.Tokenizer);
        _trainables = [.. starts.Select(start => new PromptTrainable(backbone.Model, options, initializer.From(start, options, task.Labels), evaluator))];
        _runs = [.. _trainables.Select((trainable, i) => new TuningRun(trainable, task, backbone.Tokenizer, options.Within(i.ToString(CultureInfo.InvariantCulture)), logger))];
        _identities = [.. starts.Select((start, i) => RunIdentity.Of(_trainables[i].Kind, backbone, task, options, start))];
    }

    /// <summary>Runs them, each from its checkpoint if there is one.</summary>
    /// <param name="rounds">When the weaker ones are dropped; checked.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Checked before every step.</param>
    public IReadOnlyList<TuningResult> Run(TuningRound[] rounds, IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        using Activity? activity = TuningTelemetry.Activities.StartActivity("spot.tune");
        activity?.SetTag("spot.task", _task.Name).SetTag("spot.kind", PromptTrainable.KindName).SetTag("spot.runs", _runs.Length)
            .SetTag("spot.steps", _options.Steps).SetTag("spot.seed", _options.Seed);
        List<IDisposable?> folders = [];
        try
        {
            for (int i = 0; i < _runs.Length; i++)
            {
                folders.Add(_runs[i].Open(_identities[i]));
            }

            Course[] all = [.. _runs.Select((run, i) => new Course(run, _trainables[i], run.Loop(progress, cancellationToken).GetEnumerator()))];
            Course[] alive = all;
            foreach (TuningRound round in rounds)
            {
                alive = Survivors(Advance(alive, round.Step), round);
            }

            Advance(alive, _options.Steps);
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

    private TuningResult Result(Course course) => course.Divergence is { } divergence
        ? course.Trainable.Result(divergence, course.Run.State, _task.Name, _options, _backbone)
        : course.Trainable.Result(course.Run.State, _task.Name, _options, _backbone);

    // Until every run is at a step, with its evaluation, or has ended. Gives back those that have not diverged.
    private Course[] Advance(Course[] courses, int until)
    {
        while (true)
        {
            Course[] behind = [.. courses.Where(course => course.Continues && course.Step < until)];
            if (behind.Length == 0)
            {
                Course[] good = [.. courses.Where(course => course.Divergence is null)];
                return good.Length > 0 ? good : throw Result(courses[0]).Divergence!;
            }

            int step = behind.Min(course => course.Step);
            TrainingBatch batch = _stream.Batch(step);
            foreach (IGrouping<int, Course> group in behind.Where(course => course.Step == step).GroupBy(course => course.Trainable.Values.Length))
            {
                int length = group.First().Trainable.Length + batch.Examples.Max(example => example.Input.Length);
                foreach (Course[] part in group.Chunk(SharedPasses.Prompts(_model, _options, length)))
                {
                    Prepare(part, batch, step);
                    Array.ForEach(part, course => course.MoveOn());
                }
            }
        }
    }

    private void Prepare(Course[] courses, TrainingBatch batch, int step)
    {
        float[][] gradients = _gradient.Compute([.. courses.Select(course => course.Trainable.Values)], courses[0].Trainable.Length, batch.Examples, step);
        for (int i = 0; i < courses.Length; i++)
        {
            courses[i].Trainable.Prepare(step, gradients[i], _gradient.Losses[i]);
        }
    }

    private static Course[] Survivors(Course[] courses, TuningRound round)
    {
        Course[] best = [.. round.Survivors([.. courses.Select(course => course.Run.State.Evaluations)]).Select(i => courses[i])];
        foreach (Course dropped in courses.Except(best))
        {
            dropped.Run.Save();
        }

        return best;
    }

    /// <summary>A run between two steps.</summary>
    private sealed class Course
    {
        private readonly IEnumerator<int> _steps;

        public Course(TuningRun run, PromptTrainable trainable, IEnumerator<int> steps)
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
