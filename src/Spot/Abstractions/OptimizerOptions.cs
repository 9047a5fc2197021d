namespace Spot;

/// <summary>Options that all optimisers have: <see cref="AdafactorOptions"/> or <see cref="AdamWOptions"/>.</summary>
public abstract class OptimizerOptions
{
    private protected OptimizerOptions(double learningRate) => LearningRate = learningRate;

    /// <summary>The learning rate, above 0, which warm-up and decay scale.</summary>
    public double LearningRate { get; set; }

    internal OptimizerOptions Clone() => (OptimizerOptions)MemberwiseClone();
}
