namespace Spot.Tuning;

/// <summary>What a run trains: a prompt on a frozen model, or a model. One loop serves both.</summary>
internal interface ITrainable : IDisposable
{
    /// <summary>What is trained, for messages and checkpoints: <c>prompt</c> or <c>model</c>.</summary>
    string Kind { get; }

    /// <summary>The numbers that are trained.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Forward and backward: a batch's loss and the gradient of every parameter.</summary>
    /// <param name="batch">The examples.</param>
    /// <param name="step">The step, from 0, which decides dropout.</param>
    /// <returns>The mean cross-entropy per target token, in nats.</returns>
    double ForwardBackward(IReadOnlyList<EncodedExample> batch, long step);

    /// <summary>The norm over all numbers of the gradients that <see cref="ForwardBackward"/> left; not finite if one of them is not.</summary>
    double GradientNorm();

    /// <summary>Takes a step with the gradients that <see cref="ForwardBackward"/> left.</summary>
    /// <param name="rateFactor">Warm-up and decay.</param>
    /// <param name="shrink">What gradients are multiplied by first: clipping.</param>
    void Apply(double rateFactor, double shrink);

    /// <summary>Where a gradient is not finite; null where all are.</summary>
    string? NotFiniteGradient();

    /// <summary>Where a trained number is not finite; null where all are.</summary>
    string? NotFiniteValue();

    /// <summary>Copies all that a step changes, where it is small enough to be copied at every step.</summary>
    /// <returns>Goes back to the copy; null where none is made.</returns>
    Action? Remember();

    /// <summary>The error of a step that cannot be done, with what can be saved of the run.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="batch">Its examples.</param>
    /// <param name="best">The best checkpoint so far; null before the first evaluation.</param>
    TuningDivergedException Diverged(string message, int step, IReadOnlyList<TextExample> batch, float[][]? best);

    /// <summary>Scores the current values.</summary>
    TuningEvaluation Evaluate(int step, CancellationToken cancellationToken);
}
