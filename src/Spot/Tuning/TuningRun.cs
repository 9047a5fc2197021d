using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>One run of prompt tuning (Lester et al. 2021; SPoT §2.1): the loop over steps.</summary>
internal sealed class TuningRun
{
    private readonly T5Backbone _backbone;
    private readonly TaskMixture _task;
    private readonly TuningOptions _options;
    private readonly ILogger _logger;
    private readonly float[] _prompt;
    private readonly int _length;
    private readonly List<TuningEvaluation> _evaluations = [];
    private readonly List<double> _losses = [];
    private SoftPrompt? _best;
    private TuningEvaluation? _bestEvaluation;
    private TaskEmbedding? _embedding;

    /// <param name="backbone">The frozen model.</param>
    /// <param name="task">The task.</param>
    /// <param name="options">A private, checked copy.</param>
    /// <param name="start">The prompt to start from, of this backbone; or null.</param>
    /// <param name="logger">Told of evaluations.</param>
    public TuningRun(T5Backbone backbone, TaskMixture task, TuningOptions options, SoftPrompt? start, ILogger logger)
    {
        _backbone = backbone;
        _task = task;
        _options = options;
        _logger = logger;
        _length = start?.Length ?? options.PromptLength;
        _prompt = start?.Values.ToArray() ?? new PromptInitializer(backbone.Model, backbone.Tokenizer).Create(options, task.Labels);
    }

    /// <summary>Tunes to the end.</summary>
    public TuningResult Execute(IProgress<TuningProgress>? progress, CancellationToken cancellationToken)
    {
        EncodedExample[] train = EncodedExample.Encode(_task.Tasks[0].Task.Train, _backbone.Tokenizer, _options);
        PromptEvaluator evaluator = new(_backbone.Model, _backbone.Tokenizer, _task.Tasks[0].Task, [.. _task.Tasks[0].Task.Validation.Take(_options.MaxValidationExamples ?? int.MaxValue)], _options);
        ExampleOrder order = new(train.Length, _options.BatchSize, _options.Seed);
        PromptGradient gradient = new(_backbone.Model, _options);
        Adafactor optimizer = new((AdafactorOptions)_options.Optimizer, _length, _backbone.Config.Dim);
        Stopwatch clock = Stopwatch.StartNew();
        for (int step = 0; step < _options.Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            EncodedExample[] batch = [.. order.Batch(step).Select(i => train[i])];
            float[] slope = gradient.Compute(_prompt, _length, batch, step);
            CheckFinite(gradient.Loss, "gradient", slope, step);
            optimizer.Apply(_prompt, slope);
            CheckFinite(gradient.Loss, "prompt", _prompt, step);
            _losses.Add(gradient.Loss);
            TuningEvaluation? evaluation = Keep(step + 1, evaluator, cancellationToken);
            TimeSpan remaining = clock.Elapsed / (step + 1) * (_options.Steps - step - 1);
            progress?.Report(new TuningProgress(_task.Name, step + 1, _options.Steps, gradient.Loss, evaluation, clock.Elapsed, remaining));
        }

        return new TuningResult
        {
            Best = _best!,
            BestScore = _bestEvaluation!.Score,
            BestStep = _bestEvaluation.Step,
            Final = Snapshot(),
            Embedding = _embedding,
            Evaluations = _evaluations,
            Losses = _losses,
            Seed = _options.Seed,
        };
    }

    // Takes the early checkpoint and, where one is due, evaluates.
    private TuningEvaluation? Keep(int step, PromptEvaluator evaluator, CancellationToken cancellationToken)
    {
        if (step == _options.EmbeddingStep)
        {
            _embedding = new TaskEmbedding(_task.Name, Snapshot(), step);
        }

        if (step % _options.EvaluateEvery != 0 && step != _options.Steps)
        {
            return null;
        }

        SoftPrompt prompt = Snapshot();
        TuningEvaluation evaluation = evaluator.Evaluate(prompt, step, cancellationToken);
        _evaluations.Add(evaluation);
        _logger.LogInformation("{Task} step {Step}: score {Score:F1}, illegal outputs {Illegal:P0}", _task.Name, step, evaluation.Score, evaluation.IllegalOutputs);
        if (_bestEvaluation is null || evaluation.Score > _bestEvaluation.Score)
        {
            _best = prompt;
            _bestEvaluation = evaluation;
        }

        return evaluation;
    }

    private SoftPrompt Snapshot() => new(_length, _backbone.Config.Dim, _prompt, _backbone.Fingerprint);

    private void CheckFinite(double loss, string what, float[] values, int step)
    {
        int bad = Array.FindIndex(values, value => !float.IsFinite(value));
        if (double.IsFinite(loss) && bad < 0)
        {
            return;
        }

        string where = bad < 0 ? "" : $", {what} of row {bad / _backbone.Config.Dim}, column {bad % _backbone.Config.Dim}: {values[bad]}";
        throw new TuningDivergedException(
            FormattableString.Invariant($"Tuning '{_task.Name}' diverged at step {step + 1}: loss {loss}{where}. Lower the learning rate, or use float32."));
    }
}
