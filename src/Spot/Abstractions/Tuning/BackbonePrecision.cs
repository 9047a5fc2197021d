namespace Spot;

/// <summary>The type of the frozen weights and activations. Prompt, norms, softmax, logits and loss are float32 always.</summary>
public enum BackbonePrecision
{
    /// <summary>
    /// bfloat16 where the device has instructions for it (processors with AVX512-BF16, CUDA cards of compute capability 8.0 and newer), else float32.
    /// </summary>
    Auto,

    /// <summary>float32.</summary>
    Float32,

    /// <summary>bfloat16.</summary>
    BFloat16,

    /// <summary>Refused, with the reason: T5's activations exceed the largest float16 number, 65,504, and become infinite. Use <see cref="BFloat16"/>.</summary>
    Float16,
}
