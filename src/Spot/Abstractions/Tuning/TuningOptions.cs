namespace Spot;

/// <summary>How a soft prompt is tuned. The defaults are the recipe of the prompt tuning and SPoT papers (SPoT §2.1.4, appendix C).</summary>
/// <remarks>Mutable until used: every run checks and copies its options when it starts.</remarks>
public sealed class TuningOptions
{
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

    /// <summary>The number of optimiser steps, at least 1. Longer tuning in SPoT is 2^18 = 262,144.</summary>
    /// <value>30,000.</value>
    public int Steps { get; set; } = 30_000;

    /// <summary>Examples per step, at least 1.</summary>
    /// <value>32.</value>
    public int BatchSize { get; set; } = 32;

    /// <summary>Examples per forward pass, at least 1. A step's gradient is the sum over its passes: this trades memory for nothing but memory.</summary>
    /// <value>8.</value>
    public int MicroBatchSize { get; set; } = 8;

    /// <summary>The optimiser and its learning rate: <see cref="AdafactorOptions"/>, <see cref="AdamWOptions"/> or <see cref="MuonOptions"/>.</summary>
    /// <value>Adafactor at 0.3.</value>
    public OptimizerOptions Optimizer { get; set; } = new AdafactorOptions();

    /// <summary>The learning rate rises linearly over this many steps; at least 0.</summary>
    /// <value>0.</value>
    public int WarmupSteps { get; set; }

    /// <summary>How the learning rate changes after warm-up.</summary>
    /// <value><see cref="LearningRateSchedule.Constant"/>.</value>
    public LearningRateSchedule LearningRateSchedule { get; set; } = LearningRateSchedule.Constant;

    /// <summary>The steps over which <see cref="LearningRateSchedule.WarmupStableDecay"/> falls, at least 0.</summary>
    /// <value>0.</value>
    public int DecaySteps { get; set; }

    /// <summary>A gradient whose norm over all numbers exceeds this is scaled down to it, above 0; null for no clipping.</summary>
    /// <value>null.</value>
    public double? GradientClipping { get; set; }

    /// <summary>What a batch's loss is divided by.</summary>
    /// <value><see cref="LossReduction.Mean"/>.</value>
    public LossReduction LossReduction { get; set; } = LossReduction.Mean;

    /// <summary>The weight of (log Z)² in the loss, at least 0.</summary>
    /// <value>1e-4.</value>
    public double ZLoss { get; set; } = 1e-4;

    /// <summary>The dropout rate of the frozen model while tuning, 0 to below 1; null for the checkpoint's own (0.1 in every published T5).</summary>
    /// <value>null.</value>
    public double? Dropout { get; set; }

    /// <summary>Inputs are cut to this many tokens, end of sequence included; at least 1.</summary>
    /// <value>512.</value>
    public int MaxInputLength { get; set; } = 512;

    /// <summary>Targets are cut to this many tokens, end of sequence included; at least 1.</summary>
    /// <value>62.</value>
    public int MaxTargetLength { get; set; } = 62;

    /// <summary>A checkpoint is evaluated every so many steps and at the end; at least 1.</summary>
    /// <value>500.</value>
    public int EvaluateEvery { get; set; } = 500;

    /// <summary>
    /// Whether the start is evaluated as well, before the first step: a start that tuning does not improve is then the best checkpoint, at step 0, and
    /// racing drops the first candidates before any step is spent on them.
    /// </summary>
    /// <value><see langword="false"/>.</value>
    public bool EvaluateBeforeTraining { get; set; }

    /// <summary>
    /// At most this many validation examples are used: a random sample, the same in every run, which keeps examples of one <see cref="TextExample.Group"/>
    /// together and has at least one group; null for all.
    /// </summary>
    /// <value>null.</value>
    public int? MaxValidationExamples { get; set; }

    /// <summary>How validation examples are answered.</summary>
    /// <value><see cref="EvaluationMethod.Decoding"/>.</value>
    public EvaluationMethod EvaluationMethod { get; set; } = EvaluationMethod.Decoding;

    /// <summary>
    /// The run ends after this many evaluations in a row that did not improve the best, at least 1, though not before <see cref="EmbeddingStep"/>
    /// where that is within <see cref="Steps"/>; null to run all steps.
    /// </summary>
    /// <value>null.</value>
    public int? Patience { get; set; }

    /// <summary>The step whose prompt is the task embedding, at least 1; a run that ends before has none.</summary>
    /// <value>10,000.</value>
    public int EmbeddingStep { get; set; } = 10_000;

    /// <summary>
    /// The rows of a soft prompt that model tuning gives every task of a mixture, tunes together with the weights and drops at the end, so that the model
    /// learns to be steered by what stands in front of its input; at least 0, and 0 for none. They start as <see cref="PromptInitialization.ClassLabels"/>.
    /// </summary>
    /// <value>0.</value>
    public int TaskPromptLength { get; set; }

    /// <summary>What the prompts of <see cref="TaskPromptLength"/> are tuned by.</summary>
    /// <value>AdamW at 0.1, moments 0.9 and 0.98, without weight decay.</value>
    public OptimizerOptions TaskPromptOptimizer { get; set; } = new AdamWOptions { LearningRate = 0.1, Beta2 = 0.98, WeightDecay = 0 };

    /// <summary>Decides the start, the order of the examples and dropout: the same seed gives the same bits.</summary>
    /// <value>0.</value>
    public long Seed { get; set; }

    /// <summary>
    /// Whether the activations of an encoder block are computed again for its gradient instead of kept: about a third more time for memory that hardly
    /// grows with the model's depth.
    /// </summary>
    /// <value>false.</value>
    public bool ActivationCheckpointing { get; set; }

    /// <summary>
    /// The folder in which the run keeps its checkpoint and its history (JSON lines), made if need be; null for none. A run that finds a checkpoint of
    /// its own there goes on from it, to the same bits as if it had never stopped.
    /// </summary>
    /// <value>null.</value>
    public string? RunFolder { get; set; }

    /// <summary>The checkpoint in <see cref="RunFolder"/> is replaced every so many steps, at the end, and when the run is cancelled; at least 1.</summary>
    /// <value>500.</value>
    public int CheckpointEvery { get; set; } = 500;

    /// <summary>What the run is called in progress and logs.</summary>
    internal RunLabel Label { get; set; }

    /// <summary>What the starts of runs beside each other are called, in their order; empty where no name is known.</summary>
    internal IReadOnlyList<string> StartNames { get; set; } = [];

    /// <summary>The recipe of the papers for 2^18 = 262,144 steps: SPoT's source prompts, and its "longer tuning" of targets.</summary>
    /// <returns>Options of its own.</returns>
    public static TuningOptions LongerTuning() => new() { Steps = 1 << 18 };

    /// <summary>A recipe for tuning all weights: T5's own for fine-tuning, Adafactor at 1e-3 times the size of each parameter, without weight decay.</summary>
    /// <returns>Options of its own.</returns>
    public static TuningOptions ModelTuning() => new()
    {
        Optimizer = new AdafactorOptions { LearningRate = 1e-3, ScaleParameter = true, WeightDecay = 0 },
    };

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
    public TuningOptions Clone()
    {
        TuningOptions copy = (TuningOptions)MemberwiseClone();
        copy.Optimizer = Optimizer.Clone();
        copy.TaskPromptOptimizer = TaskPromptOptimizer.Clone();
        return copy;
    }

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
