namespace Spot;

/// <summary>Options of the Adafactor optimiser; the defaults are the ones of prompt tuning (Lester et al. 2021, released configuration), learning rate 0.3.</summary>
public sealed class AdafactorOptions() : OptimizerOptions(0.3)
{
    /// <summary>The exponent of the second moment's decay: β₂ at step t (from 0) is 1 − (t + <see cref="StepOffset"/> + 1)^−DecayRate. Above 0.</summary>
    /// <value>0.8.</value>
    public double DecayRate { get; set; } = 0.8;

    /// <summary>Added to the step in β₂. The published prompts were tuned with the checkpoint's own counter: 1,100,000. At least 0.</summary>
    /// <value>0.</value>
    public long StepOffset { get; set; }

    /// <summary>An update whose root mean square exceeds this is scaled down to it. Above 0.</summary>
    /// <value>1.</value>
    public double ClippingThreshold { get; set; } = 1.0;

    /// <summary>The share by which the parameter shrinks each step. It is not multiplied by the learning rate. 0 … 1.</summary>
    /// <value>1e-5.</value>
    public double WeightDecay { get; set; } = 1e-5;

    /// <summary>The decay of the first moment, 0 … 1; null for none.</summary>
    /// <value>null.</value>
    public double? Beta1 { get; set; }

    /// <summary>Whether the learning rate is multiplied by max(1e-3, root mean square of the parameter).</summary>
    /// <value>false.</value>
    public bool ScaleParameter { get; set; }

    internal override bool IsRelative => ScaleParameter;
}
