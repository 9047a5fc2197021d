using System.Numerics.Tensors;
using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>A soft prompt in front of a frozen model (Lester et al. 2021; SPoT §2.1).</summary>
internal sealed class PromptTrainable : ITrainable
{
    public const string KindName = "prompt";
    private readonly FrozenT5 _model;
    private readonly PromptGradient _gradients;
    private readonly MixtureEvaluator? _evaluator;
    private readonly int _length;
    private readonly ArrayParameter _prompt;
    private float[] _gradient = [];
    private (long Step, double Loss)? _prepared;

    /// <param name="model">The frozen model.</param>
    /// <param name="options">The checked options.</param>
    /// <param name="start">The numbers to start from, row by row; changed in place.</param>
    /// <param name="evaluator">Scores prompts; null where nothing is evaluated.</param>
    public PromptTrainable(FrozenT5 model, TuningOptions options, float[] start, MixtureEvaluator? evaluator)
    {
        _model = model;
        _length = start.Length / model.Config.Dim;
        Start = Prompt(start);
        _prompt = new ArrayParameter("prompt", [_length, model.Config.Dim], start, options.Optimizer);
        _gradients = new PromptGradient(model, options);
        _evaluator = evaluator;
    }

    /// <summary>What a run on a task trains.</summary>
    /// <param name="backbone">The model.</param>
    /// <param name="task">The task, or a mixture of tasks.</param>
    /// <param name="options">The checked options.</param>
    /// <param name="start">The prompt to start from; null to initialise.</param>
    public static PromptTrainable Create(T5Backbone backbone, TaskMixture task, TuningOptions options, SoftPrompt? start)
    {
        PromptInitializer initializer = new(backbone.Model, backbone.Tokenizer);
        float[] values = start is null ? initializer.Create(options, task.Labels) : initializer.From(start, options, task.Labels);
        return new PromptTrainable(backbone.Model, options, values, new MixtureEvaluator(backbone.Model, backbone.Tokenizer, task, options));
    }

    public string Kind => KindName;

    /// <summary>The number of rows.</summary>
    public int Length => _length;

    public IReadOnlyList<Parameter> Parameters => [_prompt];

    /// <summary>The prompt before the run's first step, also where it goes on from a checkpoint.</summary>
    public SoftPrompt Start { get; }

    /// <summary>The prompt's numbers themselves.</summary>
    public float[] Values => _prompt.Values;

    public double ForwardBackward(IReadOnlyList<EncodedExample> batch, long step)
    {
        if (_prepared is { } prepared && prepared.Step == step)
        {
            _prepared = null;
            return prepared.Loss;
        }

        _gradient = _gradients.ForwardBackward(Values, _length, batch, step);
        return _gradients.Loss;
    }

    /// <summary>Takes what a step would compute from one who computes it for several prompts at once.</summary>
    public void Prepare(long step, float[] gradient, double loss) => (_gradient, _prepared) = (gradient, (step, loss));

    public double GradientNorm()
    {
        double sum = 0;
        foreach (float value in _gradient)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum);
    }

    public void Apply(double rateFactor, double shrink)
    {
        if (shrink < 1)
        {
            TensorPrimitives.Multiply(_gradient, (float)shrink, _gradient);
        }

        _prompt.Apply(_gradient, rateFactor);
    }

    public string? NotFiniteGradient() => Divergence.Place("gradient of prompt", _gradient, _prompt.Columns);

    public string? NotFiniteValue() => Divergence.Place("prompt", Values, _prompt.Columns);

    public Action Remember() => _prompt.Remember();

    public TuningDivergedException Diverged(string message, int step, IReadOnlyList<TextExample> batch, float[][]? best) =>
        new(message + " This error carries the last good prompt, and the best one that was evaluated.")
        {
            Step = step,
            Batch = batch,
            LastGood = Prompt(_prompt.Read()),
            Best = best is null ? null : Prompt(best[0]),
        };

    public TuningEvaluation Evaluate(int step, CancellationToken cancellationToken) =>
        _evaluator!.Evaluate(Prompt(Values), step, cancellationToken);

    /// <summary>Values as a prompt of the backbone.</summary>
    public SoftPrompt Prompt(float[] values) => new(_length, _model.Config.Dim, values, _model.Weights.Fingerprint);

    public void Dispose()
    {
    }
}
