namespace Spot.Tuning;

/// <summary>What a run trains: a prompt on a frozen model, or a model. One loop serves both.</summary>
internal interface ITrainable : IDisposable
{
    /// <summary>What is trained, for messages and checkpoints: <c>prompt</c> or <c>model</c>.</summary>
    string Kind { get; }

    /// <summary>The numbers that are trained.</summary>
    IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Computes a batch's loss and the gradient of every parameter.</summary>
    /// <param name="batch">The examples.</param>
    /// <param name="step">The step, from 0, which decides dropout.</param>
    /// <returns>The mean cross-entropy per target token, in nats.</returns>
    double Compute(IReadOnlyList<EncodedExample> batch, long step);

    /// <summary>The gradient that <see cref="Compute"/> left; valid until the next call, and may be changed.</summary>
    /// <param name="parameter">The index of the parameter.</param>
    Span<float> Gradient(int parameter);

    /// <summary>Scores the current values.</summary>
    TuningEvaluation Evaluate(int step, CancellationToken cancellationToken);
}
