namespace Spot.Tests.Abstractions;

/// <summary>The recipes are the published ones: a default that changes changes everybody's results.</summary>
public class TuningOptionsTests
{
    /// <summary>Prompt tuning (Lester et al. 2021) and its released configuration; SPoT §2.1.4 and appendix C.</summary>
    [Fact]
    public void Defaults_are_the_papers()
    {
        Dictionary<string, object?> expected = new()
        {
            ["PromptLength"] = 100,
            ["Initialization"] = PromptInitialization.SampledVocabulary,
            ["SampledVocabularySize"] = 5_000,
            ["InitialText"] = null,
            ["Steps"] = 30_000,
            ["BatchSize"] = 32,
            ["MicroBatchSize"] = 8,
            ["WarmupSteps"] = 0,
            ["LearningRateSchedule"] = LearningRateSchedule.Constant,
            ["DecaySteps"] = 0,
            ["GradientClipping"] = null,
            ["LossReduction"] = LossReduction.Mean,
            ["ZLoss"] = 1e-4,
            ["Dropout"] = null, // the checkpoint's own, 0.1
            ["MaxInputLength"] = 512,
            ["MaxTargetLength"] = 62,
            ["EvaluateEvery"] = 500,
            ["EvaluateBeforeTraining"] = false,
            ["OverwriteWithLabelRows"] = false,
            ["MaxValidationExamples"] = null,
            ["EvaluationMethod"] = EvaluationMethod.Decoding,
            ["Patience"] = null,
            ["EmbeddingStep"] = 10_000,
            ["Seed"] = 0L,
            ["ActivationCheckpointing"] = false,
            ["RunFolder"] = null,
            ["CheckpointEvery"] = 500,
            ["KeepCheckpoints"] = false,
            ["Optimizer.LearningRate"] = 0.3,
            ["Optimizer.DecayRate"] = 0.8,
            ["Optimizer.StepOffset"] = 0L,
            ["Optimizer.ClippingThreshold"] = 1.0,
            ["Optimizer.WeightDecay"] = 1e-5,
            ["Optimizer.Beta1"] = null,
            ["Optimizer.ScaleParameter"] = false,
        };
        Assert.Equal(expected.OrderBy(option => option.Key), Read(new TuningOptions()).OrderBy(option => option.Key));
    }

    [Fact]
    public void Longer_tuning_differs_in_its_steps_alone() =>
        Assert.Equal([("Steps", "262144")], Changes(TuningOptions.LongerTuning()));

    /// <summary>T5 fine-tunes with 0.001 times the size of a weight.</summary>
    [Fact]
    public void Model_tuning_differs_from_prompt_tuning_in_its_optimizer_and_in_what_it_has_of_its_own()
    {
        Dictionary<string, object?> prompt = Read(new TuningOptions()), model = Read(new ModelTuningOptions());
        Assert.Equal(
            [
                ("Optimizer.LearningRate", "0.001"), ("Optimizer.ScaleParameter", "True"), ("Optimizer.WeightDecay", "0"), ("Precision", "Float32"), ("StoredPrecision", "Float32"),
                ("TaskPromptLength", "0"), ("TaskPromptOptimizer.Beta1", "0.9"), ("TaskPromptOptimizer.Beta2", "0.98"), ("TaskPromptOptimizer.Epsilon", "1E-08"),
                ("TaskPromptOptimizer.LearningRate", "0.1"), ("TaskPromptOptimizer.ScaleParameter", "False"), ("TaskPromptOptimizer.WeightDecay", "0"),
            ],
            Changes(new ModelTuningOptions()));
        Assert.Equal(
            ["EmbeddingStep", "InitialText", "Initialization", "KeepCheckpoints", "OverwriteWithLabelRows", "PromptLength", "SampledVocabularySize"],
            prompt.Keys.Except(model.Keys).Order(StringComparer.Ordinal));
    }

    /// <summary>The table of the guide.</summary>
    [Fact]
    public void The_small_recipe_is_the_one_of_the_guide() =>
        Assert.Equal(
            [
                ("BatchSize", "16"), ("Dropout", "0"), ("EmbeddingStep", "50"), ("EvaluateEvery", "20"), ("MaxInputLength", "96"), ("MaxTargetLength", "16"),
                ("MicroBatchSize", "16"), ("Optimizer.LearningRate", "1"), ("PromptLength", "10"), ("Steps", "200"),
            ],
            Changes(TuningOptions.SmallModel()));

    /// <summary>PyTorch's.</summary>
    [Fact]
    public void AdamW_has_the_usual_defaults()
    {
        AdamWOptions options = new();
        Assert.Equal((1e-3, 0.9, 0.999, 1e-8, 0.01), (options.LearningRate, options.Beta1, options.Beta2, options.Epsilon, options.WeightDecay));
    }

    [Fact]
    public void A_copy_is_independent()
    {
        TuningOptions options = new(), copy = options.Clone();
        copy.Steps = 1;
        copy.Optimizer.LearningRate = 7;
        Assert.Equal((30_000, 0.3), (options.Steps, options.Optimizer.LearningRate));
    }

    private static (string, string)[] Changes(TrainingOptions options)
    {
        Dictionary<string, object?> defaults = Read(new TuningOptions());
        return [.. Read(options).Where(option => !defaults.TryGetValue(option.Key, out object? value) || !Equals(option.Value, value)).OrderBy(option => option.Key, StringComparer.Ordinal)
            .Select(option => (option.Key, FormattableString.Invariant($"{option.Value}")))];
    }

    private static Dictionary<string, object?> Read(TrainingOptions options) =>
        Properties(options, "").Where(option => option.Value is not OptimizerOptions)
            .Concat(Properties(options.Optimizer, "Optimizer."))
            .Concat(options is ModelTuningOptions model ? Properties(model.TaskPromptOptimizer, "TaskPromptOptimizer.") : []).ToDictionary();

    private static IEnumerable<KeyValuePair<string, object?>> Properties(object options, string prefix) =>
        options.GetType().GetProperties().Select(property => KeyValuePair.Create(prefix + property.Name, property.GetValue(options)));
}
