namespace Spot;

/// <summary>How two task embeddings are compared: by their prompts e (SPoT §3.2), or by what tuning did to them, the displacements d = e − start, or by what they do in the model.</summary>
/// <remarks>
/// Prompts that began at one start are alike whatever their tasks, as few steps do not carry them far from it; displacements are not (docs/study.md).
/// </remarks>
public enum PromptSimilarity
{
    /// <summary>Of the prompts, the cosine of the mean rows: cos(mean of e¹ᵢ, mean of e²ⱼ). The paper's.</summary>
    AverageToken,

    /// <summary>Of the prompts, the mean over all pairs of rows of their cosine: (1/L²) Σᵢ Σⱼ cos(e¹ᵢ, e²ⱼ). The paper's.</summary>
    PerToken,

    /// <summary>Of the displacements, the cosine of the mean rows: cos(mean of d¹ᵢ, mean of d²ⱼ).</summary>
    AverageDisplacement,

    /// <summary>Of the displacements, the mean over all pairs of rows of their cosine: (1/L²) Σᵢ Σⱼ cos(d¹ᵢ, d²ⱼ).</summary>
    PerTokenDisplacement,

    /// <summary>
    /// Of the prompts, the overlap of the neurons that they activate (<see cref="ActivatedNeurons.Overlap"/>; Su et al. 2022). Of a study alone: it needs the
    /// model, and no library has keys of it.
    /// </summary>
    ActivatedNeurons,
}
