namespace Spot;

/// <summary>Options that all optimisers have: <see cref="AdafactorOptions"/>, <see cref="AdamWOptions"/> or <see cref="MuonOptions"/>.</summary>
public abstract class OptimizerOptions
{
    private protected OptimizerOptions(double learningRate) => LearningRate = learningRate;

    /// <summary>The learning rate, above 0, which warm-up and decay scale.</summary>
    public double LearningRate { get; set; }

    internal virtual OptimizerOptions Clone() => (OptimizerOptions)MemberwiseClone();
}
