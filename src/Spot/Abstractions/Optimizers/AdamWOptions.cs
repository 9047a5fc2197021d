namespace Spot;

/// <summary>Options of the AdamW optimiser (Loshchilov and Hutter 2019), with PyTorch's defaults.</summary>
public sealed class AdamWOptions() : OptimizerOptions(1e-3)
{
    /// <summary>The decay of the first moment, 0 … below 1.</summary>
    /// <value>0.9.</value>
    public double Beta1 { get; set; } = 0.9;

    /// <summary>The decay of the second moment, 0 … below 1.</summary>
    /// <value>0.999.</value>
    public double Beta2 { get; set; } = 0.999;

    /// <summary>Added to the root of the second moment. Above 0.</summary>
    /// <value>1e-8.</value>
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>The share by which the parameter shrinks each step, times the learning rate. 0 … 1.</summary>
    /// <value>0.01.</value>
    public double WeightDecay { get; set; } = 0.01;

    /// <summary>Whether the learning rate is multiplied by the parameter's root mean square (at least 1e-3), as Adafactor can.</summary>
    /// <value>false.</value>
    public bool ScaleParameter { get; set; }

    internal override bool IsRelative => ScaleParameter;
}
