using System.Numerics.Tensors;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>Prompts of several tasks in front of a frozen model: a shared part, times a low-rank part of each task (Wang et al. 2023, §3.1).</summary>
internal sealed class MultitaskTrainable : ITrainable
{
    private readonly FrozenT5 _model;
    private readonly TuningOptions _options;
    private readonly PromptGradient _gradients;
    private readonly MixtureEvaluator _evaluator;
    private readonly string[] _tasks;
    private readonly int _length, _dim, _ranks;
    private readonly ArrayParameter _shared, _columns, _rows;
    private readonly MultitaskGradient _gradient;

    /// <param name="model">The frozen model.</param>
    /// <param name="options">The checked options.</param>
    /// <param name="shared">The numbers that the shared part starts from, row by row; changed in place.</param>
    /// <param name="mixture">The tasks.</param>
    /// <param name="evaluator">Scores prompts on them.</param>
    public MultitaskTrainable(FrozenT5 model, MultitaskTuningOptions options, float[] shared, TaskMixture mixture, MixtureEvaluator evaluator)
    {
        (_model, _options, _evaluator) = (model, options.Prompt, evaluator);
        _tasks = [.. mixture.Tasks.Select(task => task.Task.Name)];
        (_dim, _ranks) = (model.Config.Dim, options.Ranks);
        _length = shared.Length / _dim;
        _shared = new ArrayParameter("shared", [_length, _dim], shared, options.Prompt.Optimizer);
        _columns = new ArrayParameter("columns", [_tasks.Length, _length, _ranks], Start(options.Prompt.Seed), options.TaskOptimizer);
        _rows = new ArrayParameter("rows", [_tasks.Length, _ranks, _dim], [.. Enumerable.Repeat(1f, _tasks.Length * _ranks * _dim)], options.TaskOptimizer);
        _gradients = new PromptGradient(model, options.Prompt);
        _gradient = new MultitaskGradient(_tasks.Length, _length, _dim, _ranks);
    }

    public string Kind => "multitask prompt";

    public IReadOnlyList<Parameter> Parameters => [_shared, _columns, _rows];

    /// <summary>What <see cref="ForwardBackward"/> left: of the shared part, the columns and the rows.</summary>
    public float[][] Gradients => _gradient.All;

    public double ForwardBackward(IReadOnlyList<EncodedExample> batch, long step)
    {
        _gradient.Clear();
        int tokens = batch.Sum(example => example.Target.Length);
        double loss = 0;
        foreach (IGrouping<int, EncodedExample> part in batch.GroupBy(example => example.Task).OrderBy(part => part.Key))
        {
            EncodedExample[] examples = [.. part];
            double share = examples.Sum(example => example.Target.Length) / (double)tokens;
            float[] prompt = MultitaskPrompt.Compose(_shared.Values, _columns.Values, _rows.Values, part.Key, _length, _dim, _ranks);
            float[] gradient = _gradients.ForwardBackward(prompt, _length, examples, step);
            if (_options.LossReduction == LossReduction.Mean)
            {
                TensorPrimitives.Multiply(gradient, (float)share, gradient);
            }

            _gradient.Add(part.Key, gradient, _shared.Values, _columns.Values, _rows.Values);
            loss += share * _gradients.Loss;
        }

        return loss;
    }

    public double GradientNorm() => Math.Sqrt(_gradient.All.Sum(part => part.Sum(value => (double)value * value)));

    public void Apply(double rateFactor, double shrink)
    {
        foreach ((ArrayParameter parameter, float[] gradient) in new[] { _shared, _columns, _rows }.Zip(_gradient.All))
        {
            if (shrink < 1)
            {
                TensorPrimitives.Multiply(gradient, (float)shrink, gradient);
            }

            parameter.Apply(gradient, rateFactor);
        }
    }

    public string? NotFiniteGradient() => Parameters.Zip(_gradient.All, (parameter, gradient) => Divergence.Place($"gradient of {parameter.Name}", gradient, parameter.Columns)).FirstOrDefault(place => place is not null);

    public string? NotFiniteValue() => new[] { _shared, _columns, _rows }.Select(parameter => Divergence.Place(parameter.Name, parameter.Values, parameter.Columns)).FirstOrDefault(place => place is not null);

    public Action Remember()
    {
        Action[] back = [_shared.Remember(), _columns.Remember(), _rows.Remember()];
        return () => Array.ForEach(back, action => action());
    }

    public TuningDivergedException Diverged(string message, int step, IReadOnlyList<TextExample> batch, float[][]? best) => new(message) { Step = step, Batch = batch };

    public TuningEvaluation Evaluate(int step, CancellationToken cancellationToken)
    {
        MultitaskPrompt now = Prompt([.. Parameters.Select(parameter => parameter.Read())]);
        return _evaluator.Evaluate(task => now.Of(_tasks[task]), step, cancellationToken);
    }

    /// <summary>Values as prompts of the backbone.</summary>
    /// <param name="values">Of each parameter.</param>
    public MultitaskPrompt Prompt(float[][] values) =>
        new(_tasks, new SoftPrompt(_length, _dim, values[0], _model.Weights.Fingerprint), _ranks, values[1], values[2]);

    public void Dispose()
    {
    }

    // Every task begins at the shared part: the ranks' products sum to 1. What tells the ranks apart is a little of chance.
    private float[] Start(long seed)
    {
        SplitMix64 random = SplitMix64.For("multitask", seed);
        float[] values = new float[_tasks.Length * _length * _ranks];
        for (int row = 0; row < values.Length; row += _ranks)
        {
            float rest = 1;
            for (int r = 1; r < _ranks; r++)
            {
                values[row + r] = (float)((random.NextDouble() - 0.5) / 10);
                rest -= values[row + r];
            }

            values[row] = rest;
        }

        return values;
    }
}
