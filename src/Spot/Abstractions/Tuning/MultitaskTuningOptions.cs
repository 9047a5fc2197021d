namespace Spot;

/// <summary>How prompts with a part in common are tuned.</summary>
/// <remarks>Mutable; copied when used.</remarks>
public sealed class MultitaskTuningOptions
{
    /// <summary>
    /// As for a plain prompt, of the shared part; the tasks' parts begin at a factor of 1 everywhere, so that every task begins at the shared part. There is
    /// no task embedding: <see cref="TuningOptions.EmbeddingStep"/> only says until when <see cref="TrainingOptions.Patience"/> waits.
    /// </summary>
    /// <value>The papers' recipe.</value>
    public TuningOptions Prompt { get; set; } = new();

    /// <summary>The rank of the tasks' parts, at least 1.</summary>
    /// <value>1, the paper's.</value>
    public int Ranks { get; set; } = 1;

    /// <summary>The optimiser of the tasks' parts. Their numbers are about 1, a prompt's are larger: hence slower, and without a decay, which would pull them to 0.</summary>
    /// <value>Adafactor at 0.01, without weight decay.</value>
    public OptimizerOptions TaskOptimizer { get; set; } = new AdafactorOptions { LearningRate = 0.01, WeightDecay = 0 };

    /// <summary>An independent copy.</summary>
    /// <returns>The copy.</returns>
    public MultitaskTuningOptions Clone() => new() { Prompt = Prompt.Clone(), Ranks = Ranks, TaskOptimizer = TaskOptimizer.Clone() };
}
