namespace Spot;

/// <summary>Where a prompt's numbers come from when no prompt is given to start from (prompt tuning §3.2, SPoT appendix C).</summary>
public enum PromptInitialization
{
    /// <summary>Embeddings of tokens drawn without replacement from the first <see cref="TuningOptions.SampledVocabularySize"/> ids: SPoT's start for source prompts.</summary>
    SampledVocabulary,

    /// <summary>Row i is the mean embedding of the i-th label's tokens, the rest as <see cref="SampledVocabulary"/>: SPoT's start for target prompts without transfer.</summary>
    ClassLabels,

    /// <summary>The first rows are the token embeddings of <see cref="TuningOptions.InitialText"/>, the rest as <see cref="SampledVocabulary"/>.</summary>
    Text,

    /// <summary>Uniform in [−0.5, 0.5), as the prompt tuning paper says.</summary>
    RandomUniform,

    /// <summary>Uniform in [0, 0.5), as the prompt tuning paper's released code does.</summary>
    RandomUniformPositive,
}
