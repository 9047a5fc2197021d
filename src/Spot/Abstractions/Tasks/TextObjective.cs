namespace Spot;

/// <summary>What a task's training examples ask for.</summary>
public enum TextObjective
{
    /// <summary>Write the target for the input.</summary>
    TextToText,

    /// <summary>
    /// Go on with raw text: a window of it is split at a random place, the first part is the input, the rest the target (prefix language modelling,
    /// Raffel et al. 2020; the source task C4 of SPoT §2.1.3).
    /// </summary>
    PrefixLanguageModel,

    /// <summary>Fill in spans that sentinels replace, 15 % of the tokens in spans of 3 on average (Raffel et al. 2020, T5's own pretraining).</summary>
    SpanCorruption,
}
