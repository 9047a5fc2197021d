namespace Spot.Backbone;

/// <summary>The type of the frozen weights and activations. Prompt, norms, softmax, logits and loss are float32 always.</summary>
public enum BackbonePrecision
{
    /// <summary>bfloat16 where this device computes faster in it, else float32.</summary>
    Auto,

    /// <summary>float32.</summary>
    Float32,

    /// <summary>bfloat16. (float16 is not offered: T5's activations overflow it.)</summary>
    BFloat16,
}
