using Microsoft.Extensions.Logging;

namespace Spot.Tuning;

/// <summary>A step of a run: draw, forward and backward, clip, update. What diverges is an error, and undone where it can be.</summary>
/// <param name="trainable">What is trained.</param>
/// <param name="mixture">On what.</param>
/// <param name="stream">The mixture's examples.</param>
/// <param name="options">A private, checked copy.</param>
/// <param name="logger">Told of a divergence.</param>
internal sealed class RunStep(ITrainable trainable, TaskMixture mixture, TrainingStream stream, TrainingOptions options, ILogger logger)
{
    /// <summary>Whether a step is half done and cannot be undone.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>Takes the next step.</summary>
    /// <param name="state">Where the run stands; not changed.</param>
    /// <param name="factor">What the learning rate is multiplied by: warm-up and decay.</param>
    /// <param name="history">Told of a divergence; null for none.</param>
    /// <returns>Mean cross-entropy per target token in nats, the gradient's norm before clipping, and how many examples.</returns>
    /// <exception cref="TuningDivergedException">A loss, a gradient or a new number is not finite.</exception>
    public (double Loss, double GradientNorm, int Examples) Take(RunState state, double factor, RunHistory? history)
    {
        TrainingBatch batch = stream.Batch(state.Step);
        double loss = trainable.ForwardBackward(batch.Examples, state.Step);
        double norm = trainable.GradientNorm();
        if (!double.IsFinite(loss) || !double.IsFinite(norm))
        {
            throw Diverged(trainable.NotFiniteGradient());
        }

        Action? goBack = trainable.Remember();
        trainable.Apply(factor, options.GradientClipping is { } most && norm > most ? most / norm : 1);
        if (trainable.NotFiniteValue() is { } place)
        {
            goBack?.Invoke();
            IsTorn = goBack is null;
            throw Diverged(place);
        }

        return (loss, norm, batch.Examples.Length);

        TuningDivergedException Diverged(string? place)
        {
            int step = state.Step + 1;
            TuningLog.Diverged(logger, options.Label.Of(mixture.Name), step, loss, norm);
            history?.WriteEvent(step, "diverged");
            return trainable.Diverged(Message(batch, step, loss, norm, place), step, batch.Sources, state.Best);
        }
    }

    private string Message(TrainingBatch batch, int step, double loss, double norm, string? place)
    {
        string found = FormattableString.Invariant($"loss {loss}, gradient norm {norm}{(place is null ? "" : ", " + place)}");
        string first = batch.Sources[0].Input;
        return $"Tuning '{mixture.Name}' diverged at step {step}: {found}. The batch began with '{(first.Length > 80 ? first[..80] + "…" : first)}'. Lower the learning rate, or use float32.";
    }
}
