namespace Spot.Tuning;

/// <summary>Changes one parameter by its gradients. Its state is arrays, so that a checkpoint can hold it.</summary>
internal abstract class Optimizer
{
    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>Everything but <see cref="Step"/> that the next step depends on, by name.</summary>
    public abstract IReadOnlyDictionary<string, float[]> State { get; }

    /// <summary>Applies one gradient.</summary>
    /// <param name="parameter">Changed in place.</param>
    /// <param name="gradient">The gradient.</param>
    /// <param name="factor">What the learning rate is multiplied by: warm-up and decay.</param>
    public abstract void Apply(Span<float> parameter, ReadOnlySpan<float> gradient, double factor = 1);
}
