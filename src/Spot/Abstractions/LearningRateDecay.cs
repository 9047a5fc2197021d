namespace Spot;

/// <summary>How the learning rate changes after warm-up.</summary>
public enum LearningRateDecay
{
    /// <summary>It does not: the papers' choice for prompts.</summary>
    Constant,

    /// <summary>Linearly to 0 at the last step.</summary>
    Linear,

    /// <summary>Along half a cosine to 0 at the last step.</summary>
    Cosine,

    /// <summary>With √(warm-up / step), warm-up at least 1, as T5 was pretrained.</summary>
    InverseSquareRoot,
}
