namespace Spot;

/// <summary>
/// Options of Muon (Jordan et al. 2024), for tuning a model: the momentum of each weight matrix is made orthogonal before it is applied. Embeddings,
/// output projection, norms and biases, for which that makes no sense, get AdamW.
/// </summary>
/// <remarks>
/// The learning rate is relative: the root mean square of a step is so many times that of the matrix, so that one rate serves matrices of all shapes
/// and checkpoints of all scales (as Liu et al. 2025 match the size of Muon's steps to AdamW's).
/// </remarks>
public sealed class MuonOptions() : OptimizerOptions(1e-2)
{
    /// <summary>The decay of the momentum, which is Nesterov's; 0 … below 1.</summary>
    /// <value>0.95.</value>
    public double Momentum { get; set; } = 0.95;

    /// <summary>What the parameters that are no weight matrices are trained by.</summary>
    /// <value>AdamW at 1e-2 times the size of each parameter, moments 0.9 and 0.98, without weight decay.</value>
    public AdamWOptions Others { get; set; } = new() { LearningRate = 1e-2, Beta2 = 0.98, WeightDecay = 0, ScaleParameter = true };

    internal override bool IsRelative => true;

    internal override OptimizerOptions Clone()
    {
        MuonOptions copy = (MuonOptions)base.Clone();
        copy.Others = (AdamWOptions)Others.Clone();
        return copy;
    }
}
