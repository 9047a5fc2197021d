namespace Spot.Samples.Quickstart;

/// <summary>The small-model recipe, in the roles that the paper tells apart.</summary>
internal static class Recipes
{
    /// <summary>The early, fixed step whose prompt is the task embedding.</summary>
    public const int EmbeddingStep = 50;

    /// <summary>A source prompt starts from sampled vocabulary.</summary>
    public static TuningOptions Source(int steps, long seed) => Small(steps, seed, PromptInitialization.SampledVocabulary);

    /// <summary>A target prompt without transfer starts from the class labels.</summary>
    public static TuningOptions TargetAlone(int steps, long seed) => Small(steps, seed, PromptInitialization.ClassLabels);

    /// <summary>A target prompt with transfer starts from the source prompt.</summary>
    public static TuningOptions TargetTransferred(int steps, long seed) => Small(steps, seed, PromptInitialization.SampledVocabulary);

    private static TuningOptions Small(int steps, long seed, PromptInitialization start)
    {
        TuningOptions options = TuningOptions.SmallModel();
        options.Steps = steps;
        options.Seed = seed;
        options.Initialization = start;
        options.EvaluateEvery = Math.Clamp(steps / 5, 1, 20);
        options.EmbeddingStep = Math.Min(EmbeddingStep, steps);
        return options;
    }
}
