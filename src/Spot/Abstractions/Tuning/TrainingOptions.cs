namespace Spot;

/// <summary>What tuning a prompt and tuning a model have in common: steps, batches, optimiser, loss, evaluation, and where the run is kept.</summary>
/// <remarks>Mutable until used: every run checks and copies its options when it starts.</remarks>
public abstract class TrainingOptions
{
    private protected TrainingOptions(OptimizerOptions optimizer) => Optimizer = optimizer;

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
    /// <value>Adafactor: at 0.3 for a prompt, at 1e-3 times the size of each parameter for a model.</value>
    public OptimizerOptions Optimizer { get; set; }

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
    /// The run ends after this many evaluations in a row that did not improve the best, at least 1, a prompt's though not before
    /// <see cref="TuningOptions.EmbeddingStep"/> where that is within <see cref="Steps"/>; null to run all steps.
    /// </summary>
    /// <value>null.</value>
    public int? Patience { get; set; }

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

    /// <summary>The options by which a run evaluates its checkpoints, to evaluate what it gave in the same way.</summary>
    /// <returns>Options of its own.</returns>
    public EvaluationOptions ToEvaluationOptions() => new() { Method = EvaluationMethod, MaxInputLength = MaxInputLength, MaxTargetLength = MaxTargetLength };

    /// <summary>What the run is called in progress and logs.</summary>
    internal RunLabel Label { get; set; }

    /// <summary>The step whose parameters are kept beside the best; null for none.</summary>
    internal virtual int? EarlyStep => null;

    /// <summary>Whether what is trained is written to a file of its own at every checkpoint.</summary>
    internal virtual bool KeepsCheckpoints => false;

    /// <summary>A copy with an optimiser of its own.</summary>
    private protected TrainingOptions Copy()
    {
        TrainingOptions copy = (TrainingOptions)MemberwiseClone();
        copy.Optimizer = Optimizer.Clone();
        return copy;
    }
}
