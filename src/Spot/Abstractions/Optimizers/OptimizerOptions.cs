using System.Text.Json.Serialization;

namespace Spot;

/// <summary>Options that all optimisers have: <see cref="AdafactorOptions"/>, <see cref="AdamWOptions"/> or <see cref="MuonOptions"/>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "Kind")]
[JsonDerivedType(typeof(AdafactorOptions), nameof(AdafactorOptions))]
[JsonDerivedType(typeof(AdamWOptions), nameof(AdamWOptions))]
[JsonDerivedType(typeof(MuonOptions), nameof(MuonOptions))]
public abstract class OptimizerOptions
{
    private protected OptimizerOptions(double learningRate) => LearningRate = learningRate;

    /// <summary>The learning rate, above 0, which warm-up and decay scale.</summary>
    public double LearningRate { get; set; }

    /// <summary>Whether the rate is multiplied by the size of each parameter.</summary>
    internal abstract bool IsRelative { get; }

    internal virtual OptimizerOptions Clone() => (OptimizerOptions)MemberwiseClone();
}
