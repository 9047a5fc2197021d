namespace Spot.Tuning;

/// <summary>Changes one parameter by its gradients. Its state is arrays, so that a checkpoint can hold it.</summary>
internal abstract class Optimizer
{
    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>Everything but <see cref="Step"/> that the next step depends on, by name.</summary>
    public abstract IReadOnlyDictionary<string, float[]> State { get; }

    /// <summary>Makes the optimiser of a parameter.</summary>
    /// <param name="options">The options, already checked.</param>
    /// <param name="rows">The first dimension; 1 for a vector.</param>
    /// <param name="columns">The second dimension.</param>
    public static Optimizer Create(OptimizerOptions options, int rows, int columns) => options switch
    {
        AdafactorOptions adafactor => new Adafactor(adafactor, rows, columns),
        AdamWOptions adamW => new AdamW(adamW, rows * columns),
        MuonOptions muon => rows > 1 ? new Muon(muon, rows, columns) : new AdamW(muon.Others, columns),
        _ => throw Unknown(options),
    };

    /// <summary>The error of options that belong to no optimiser.</summary>
    public static ArgumentException Unknown(OptimizerOptions options) =>
        new($"Optimizer is {options.GetType().Name}; expected AdafactorOptions, AdamWOptions or MuonOptions.");

    /// <summary>Applies one gradient.</summary>
    /// <param name="parameter">Changed in place.</param>
    /// <param name="gradient">The gradient.</param>
    /// <param name="factor">What the learning rate is multiplied by: warm-up and decay.</param>
    public abstract void Apply(Span<float> parameter, ReadOnlySpan<float> gradient, double factor = 1);
}
