using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>A soft prompt in front of a frozen model (Lester et al. 2021; SPoT §2.1).</summary>
internal sealed class PromptTrainable : ITrainable
{
    public const string KindName = "prompt";
    private readonly FrozenT5 _model;
    private readonly PromptGradient _gradients;
    private readonly ITaskEvaluator? _evaluator;
    private readonly int _length;
    private float[] _gradient = [];
    private (long Step, double Loss)? _prepared;

    /// <param name="model">The frozen model.</param>
    /// <param name="options">The checked options.</param>
    /// <param name="start">The numbers to start from, row by row; changed in place.</param>
    /// <param name="evaluator">Scores prompts; null where nothing is evaluated.</param>
    public PromptTrainable(FrozenT5 model, TuningOptions options, float[] start, ITaskEvaluator? evaluator)
    {
        _model = model;
        _length = start.Length / model.Config.Dim;
        Parameters = [new Parameter("prompt", [_length, model.Config.Dim], start, options.Optimizer)];
        _gradients = new PromptGradient(model, options);
        _evaluator = evaluator;
    }

    public string Kind => KindName;

    /// <summary>The number of rows.</summary>
    public int Length => _length;

    public IReadOnlyList<Parameter> Parameters { get; }

    public double Compute(IReadOnlyList<EncodedExample> batch, long step)
    {
        if (_prepared is { } prepared && prepared.Step == step)
        {
            _prepared = null;
            return prepared.Loss;
        }

        _gradient = _gradients.Compute(Parameters[0].Values, _length, batch, step);
        return _gradients.Loss;
    }

    /// <summary>Takes what a step would compute from one who computes it for several prompts at once.</summary>
    public void Prepare(long step, float[] gradient, double loss) => (_gradient, _prepared) = (gradient, (step, loss));

    public Span<float> Gradient(int parameter) => _gradient;

    public TuningEvaluation Evaluate(int step, CancellationToken cancellationToken) =>
        _evaluator!.Evaluate(Prompt(Parameters[0].Values), step, cancellationToken);

    /// <summary>Values as a prompt of the backbone.</summary>
    public SoftPrompt Prompt(float[] values) => new(_length, _model.Config.Dim, values, _model.Weights.Fingerprint);

    /// <summary>What a run gives.</summary>
    /// <param name="state">Where it ended.</param>
    /// <param name="task">The task's name.</param>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The backbone's name.</param>
    public TuningResult Result(RunState state, string task, TuningOptions options, string backbone) => new()
    {
        Best = Prompt(state.Best is { } best ? best[0] : Parameters[0].Values),
        BestScore = state.Best is null ? double.NaN : state.BestEvaluation.Score,
        BestStep = state.Best is null ? state.Step : state.BestEvaluation.Step,
        Final = Prompt(Parameters[0].Values),
        Embedding = state.Early is null ? null : new TaskEmbedding(task, Prompt(state.Early[0]), options.EmbeddingStep),
        Evaluations = state.Evaluations,
        Losses = state.Losses,
        Seed = options.Seed,
        Options = RunIdentity.Of(options),
        BackboneName = backbone,
    };

    /// <summary>What a run gave that diverged, for the error and with it; where nothing was evaluated the last good prompt counts as the best.</summary>
    public TuningResult Result(TuningDivergedException divergence, RunState state, string task, TuningOptions options, string backbone) =>
        divergence.Result = Result(state, task, options, backbone) with { Divergence = divergence };

    public void Dispose()
    {
    }
}
