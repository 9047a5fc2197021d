namespace Spot.Inference;

/// <summary>How much a <see cref="PromptInference"/> computes and keeps at once.</summary>
/// <remarks>Mutable; copied when used.</remarks>
public sealed class PromptInferenceOptions
{
    /// <summary>Rows that are decoded together, at least 1: samples and beams of a request are a row each, and may not be more.</summary>
    /// <value>32.</value>
    public int MaxRows { get; set; } = 32;

    /// <summary>Positions, prompts and padding included, that the encoder reads in one pass; an input that is longer by itself has a pass of its own. At least 1.</summary>
    /// <value>2,048.</value>
    public int EncoderTokens { get; set; } = 2048;

    /// <summary>Requests that may wait before they are begun, at least 1; the next one ends with <see cref="QueueFullException"/>.</summary>
    /// <value>1,024.</value>
    public int QueueCapacity { get; set; } = 1024;

    /// <summary>The most bytes of prompts that are kept on the device; at least 0.</summary>
    /// <value>64 MiB.</value>
    public long PromptCacheBytes { get; set; } = 64L << 20;

    /// <summary>The most bytes of encoder states that are kept for inputs that come again; at least 0.</summary>
    /// <value>64 MiB.</value>
    public long EncoderCacheBytes { get; set; } = 64L << 20;

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public PromptInferenceOptions Clone() => (PromptInferenceOptions)MemberwiseClone();
}
