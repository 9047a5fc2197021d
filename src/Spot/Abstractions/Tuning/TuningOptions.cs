namespace Spot;

/// <summary>How a soft prompt is tuned. The defaults are the recipe of the prompt tuning and SPoT papers (SPoT §2.1.4, appendix C).</summary>
/// <remarks>Mutable until used: every run checks and copies its options when it starts.</remarks>
public sealed class TuningOptions : TrainingOptions
{
    /// <summary>The recipe of the papers.</summary>
    public TuningOptions()
        : base(new AdafactorOptions())
    {
    }

    /// <summary>The number of prompt rows (L), at least 1. A run that starts from a prompt takes that prompt's length.</summary>
    /// <value>100.</value>
    public int PromptLength { get; set; } = 100;

    /// <summary>Where the prompt starts when no prompt is given.</summary>
    /// <value><see cref="PromptInitialization.SampledVocabulary"/>.</value>
    public PromptInitialization Initialization { get; set; } = PromptInitialization.SampledVocabulary;

    /// <summary>How many of the most common tokens (the lowest ids) sampled initialisation draws from; at most the vocabulary is used.</summary>
    /// <value>5,000.</value>
    public int SampledVocabularySize { get; set; } = 5_000;

    /// <summary>The text of <see cref="PromptInitialization.Text"/>.</summary>
    /// <value>null.</value>
    public string? InitialText { get; set; }

    /// <summary>
    /// Whether a run that starts from a prompt has its first rows exchanged for the embeddings of the task's labels, one for each label as
    /// <see cref="PromptInitialization.ClassLabels"/> has them, before its first step: the other rows bring what the source task learned, these say what
    /// is to be answered. For labels of a task other than the source's; a task without labels keeps the prompt as it is. Not of the paper.
    /// </summary>
    /// <value><see langword="false"/>.</value>
    public bool OverwriteWithLabelRows { get; set; }

    /// <summary>The step whose prompt is the task embedding, at least 1; a run that ends before has none.</summary>
    /// <value>10,000.</value>
    public int EmbeddingStep { get; set; } = 10_000;

    /// <summary>
    /// Whether every checkpoint stays: after every <see cref="TrainingOptions.CheckpointEvery"/> steps and at the end the prompt is written to
    /// <c>checkpoints/step-000500.safetensors</c> in <see cref="TrainingOptions.RunFolder"/>, which must be set; <c>PromptFile.Read</c> reads it. A run
    /// that goes on keeps them too.
    /// </summary>
    /// <value><see langword="false"/>.</value>
    public bool KeepCheckpoints { get; set; }

    /// <summary>What the starts of runs beside each other are called, in their order; empty where no name is known.</summary>
    internal IReadOnlyList<string> StartNames { get; set; } = [];

    /// <inheritdoc/>
    internal override int? EarlyStep => EmbeddingStep;

    /// <inheritdoc/>
    internal override bool KeepsCheckpoints => KeepCheckpoints;

    /// <summary>The recipe of the papers for 2^18 = 262,144 steps: SPoT's source prompts, and its "longer tuning" of targets.</summary>
    /// <returns>Options of its own.</returns>
    public static TuningOptions LongerTuning() => new() { Steps = 1 << 18 };

    /// <summary>A recipe for models as small as the bundled one, which learn in hundreds of steps what the paper gives tens of thousands.</summary>
    /// <returns>Options of its own.</returns>
    public static TuningOptions SmallModel() => new()
    {
        PromptLength = 10,
        Steps = 200,
        BatchSize = 16,
        MicroBatchSize = 16,
        Optimizer = new AdafactorOptions { LearningRate = 1 },
        Dropout = 0,
        MaxInputLength = 96,
        MaxTargetLength = 16,
        EvaluateEvery = 20,
        EmbeddingStep = 50,
    };

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public TuningOptions Clone() => (TuningOptions)Copy();

    /// <summary>A copy for a run with a name of its own.</summary>
    internal TuningOptions Labelled(RunLabel label)
    {
        TuningOptions copy = Clone();
        copy.Label = label;
        return copy;
    }

    /// <summary>The options of a run that is part of a larger one: a run folder belongs to one run, so its own lies in that of the whole.</summary>
    /// <param name="name">The folder's name.</param>
    /// <returns>A copy; these options where they name no folder.</returns>
    internal TuningOptions Within(string name)
    {
        if (RunFolder is null)
        {
            return this;
        }

        TuningOptions copy = Clone();
        copy.RunFolder = Path.Combine(RunFolder, name);
        return copy;
    }
}
