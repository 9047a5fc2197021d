namespace Spot;

/// <summary>How two task embeddings are compared (SPoT §3.2).</summary>
public enum PromptSimilarity
{
    /// <summary>Cosine of the mean rows: cos(mean of e¹ᵢ, mean of e²ⱼ).</summary>
    AverageToken,

    /// <summary>Mean over all pairs of rows of their cosine: (1/L²) Σᵢ Σⱼ cos(e¹ᵢ, e²ⱼ).</summary>
    PerToken,
}
