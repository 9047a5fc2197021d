namespace Spot;

/// <summary>How all weights of a model are tuned. The defaults are T5's own for fine-tuning: Adafactor at 1e-3 times the size of each parameter, without weight decay.</summary>
/// <remarks>Mutable until used: every run checks and copies its options when it starts.</remarks>
public sealed class ModelTuningOptions : TrainingOptions
{
    /// <summary>T5's own recipe.</summary>
    public ModelTuningOptions()
        : base(new AdafactorOptions { LearningRate = 1e-3, ScaleParameter = true, WeightDecay = 0 })
    {
    }

    /// <summary>
    /// What passes are computed in. The weights are kept and changed in float32 whatever it says; with <see cref="BackbonePrecision.BFloat16"/>, or
    /// <see cref="BackbonePrecision.Auto"/> where the device has instructions for it, passes read a rounded copy of their matrices.
    /// </summary>
    /// <value><see cref="BackbonePrecision.Float32"/>.</value>
    public BackbonePrecision Precision { get; set; } = BackbonePrecision.Float32;

    /// <summary>What the checkpoint's weights are stored in: <see cref="BackbonePrecision.Float32"/>, or rounded to <see cref="BackbonePrecision.BFloat16"/> in half the space.</summary>
    /// <value><see cref="BackbonePrecision.Float32"/>.</value>
    public BackbonePrecision StoredPrecision { get; set; } = BackbonePrecision.Float32;

    /// <summary>
    /// The rows of a soft prompt that every task of a mixture is given, tuned together with the weights and dropped at the end, so that the model
    /// learns to be steered by what stands in front of its input; at least 0, and 0 for none. They start as <see cref="PromptInitialization.ClassLabels"/>.
    /// </summary>
    /// <value>0.</value>
    public int TaskPromptLength { get; set; }

    /// <summary>What the prompts of <see cref="TaskPromptLength"/> are tuned by.</summary>
    /// <value>AdamW at 0.1, moments 0.9 and 0.98, without weight decay.</value>
    public OptimizerOptions TaskPromptOptimizer { get; set; } = new AdamWOptions { LearningRate = 0.1, Beta2 = 0.98, WeightDecay = 0 };

    /// <summary>As long as another run, on the same batches, judged in the same way: what a comparison of methods needs. Optimiser, schedule and precision stay model tuning's own.</summary>
    /// <param name="other">How that run is tuned.</param>
    /// <returns>Options with its steps, batches, dropout, lengths and evaluations.</returns>
    public static ModelTuningOptions Like(TrainingOptions other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ModelTuningOptions
        {
            Steps = other.Steps,
            BatchSize = other.BatchSize,
            MicroBatchSize = other.MicroBatchSize,
            Dropout = other.Dropout,
            MaxInputLength = other.MaxInputLength,
            MaxTargetLength = other.MaxTargetLength,
            EvaluateEvery = other.EvaluateEvery,
            EvaluateBeforeTraining = other.EvaluateBeforeTraining,
            EvaluationMethod = other.EvaluationMethod,
            MaxValidationExamples = other.MaxValidationExamples,
            Patience = other.Patience,
            Seed = other.Seed,
        };
    }

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public ModelTuningOptions Clone()
    {
        ModelTuningOptions copy = (ModelTuningOptions)Copy();
        copy.TaskPromptOptimizer = TaskPromptOptimizer.Clone();
        return copy;
    }
}
