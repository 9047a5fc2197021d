using Spot.Backbone;
using Spot.Tuning;

namespace Spot.Benchmarks.Backbone;

/// <summary>One step of prompt tuning on random ids: forward, backward, update.</summary>
internal sealed class TrainingStep
{
    public const int PromptLength = 100;
    public const int TargetLength = 8;
    private readonly int _inputLength;
    private readonly EncodedExample[] _batch;
    private readonly float[] _prompt;
    private readonly PromptGradient _gradient;
    private readonly Adafactor _optimizer;
    private int _step;

    public TrainingStep(FrozenT5 model, int batchSize, bool dropout, int inputLength = 128, bool checkpointing = false)
    {
        Random random = new(7);
        _inputLength = inputLength;
        _batch = [.. Enumerable.Range(0, batchSize).Select(_ => new EncodedExample(Ids(random, inputLength, model.Config), Ids(random, TargetLength, model.Config)))];
        _prompt = [.. Enumerable.Range(0, PromptLength * model.Config.Dim).Select(_ => random.NextSingle() - 0.5f)];
        TuningOptions options = new() { BatchSize = batchSize, Dropout = dropout ? 0.1 : 0, ActivationCheckpointing = checkpointing };
        _gradient = new PromptGradient(model, options);
        _optimizer = new Adafactor((AdafactorOptions)options.Optimizer, PromptLength, model.Config.Dim);
        FlopsPerStep = batchSize * Flops(model.Config);
    }

    /// <summary>Floating point operations of the plain algorithm: every product of the forward pass, and as many for the gradient of the activations.</summary>
    public double FlopsPerStep { get; }

    /// <summary>The encoder's operations for one row, forward.</summary>
    public static double EncoderFlops(T5Config config, double length)
    {
        (double projection, double feedForward, double attention) = LayerFlops(config);
        return config.EncoderLayers * ((length * ((4 * projection) + feedForward)) + (length * length * attention));
    }

    public void Run()
    {
        float[] gradient = _gradient.ForwardBackward(_prompt, PromptLength, _batch, _step++);
        _optimizer.Apply(_prompt, gradient);
    }

    private static int[] Ids(Random random, int length, T5Config config) =>
        [.. Enumerable.Range(0, length - 1).Select(_ => random.Next(3, Math.Min(32000, config.VocabularySize))), config.EosId];

    private double Flops(T5Config c)
    {
        double length = PromptLength + _inputLength, targets = TargetLength;
        (double projection, double feedForward, double attention) = LayerFlops(c);
        double decoder = c.DecoderLayers * (
            (targets * ((4 * projection) + feedForward)) + (targets * targets * attention)
            + (targets * 2 * projection) + (length * 2 * projection) + (targets * length * attention));
        double head = targets * 2.0 * c.Dim * c.VocabularySize;
        return 2 * (EncoderFlops(c, length) + decoder + head);
    }

    // Of one position; attention of one query and key: scores and sum.
    private static (double Projection, double FeedForward, double Attention) LayerFlops(T5Config c) =>
        (2.0 * c.Dim * c.InnerDim, 3 * 2.0 * c.Dim * c.FeedForwardDim, 2 * 2.0 * c.InnerDim);
}
