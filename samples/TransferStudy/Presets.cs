using Spot.Studies;
using Spot.Transfer;

namespace Spot.Samples.TransferStudy;

/// <summary>The plans of the presets.</summary>
internal static class Presets
{
    /// <summary>The plan that the settings ask for, without its tasks.</summary>
    public static StudyPlan Plan(Settings settings)
    {
        StudyPlan plan = settings.Preset switch
        {
            Preset.Smoke => Smoke(),
            Preset.Small => Small(),
            Preset.Planted => Planted(),
            _ => new StudyPlan { MixtureOfTopKValues = [3, 12], AverageOfTopKValues = [3, 12] },
        };
        plan.SourceOptions.Steps = settings.SourceSteps ?? plan.SourceOptions.Steps;
        plan.TargetOptions.Steps = settings.TargetSteps ?? plan.TargetOptions.Steps;
        plan.SourceOptions.EmbeddingStep = Math.Min(settings.EmbeddingStep ?? plan.SourceOptions.EmbeddingStep, plan.SourceOptions.Steps);
        plan.SourceOptions.EvaluateEvery = Math.Clamp(plan.SourceOptions.EvaluateEvery, 1, plan.SourceOptions.Steps);
        plan.TargetOptions.EvaluateEvery = Math.Clamp(plan.TargetOptions.EvaluateEvery, 1, plan.TargetOptions.Steps);
        foreach (TuningOptions options in new[] { plan.SourceOptions, plan.TargetOptions })
        {
            options.PromptLength = settings.PromptLength ?? options.PromptLength;
            options.Optimizer = AtRate(settings.Rate) ?? options.Optimizer;
        }

        plan.TargetOptions.Optimizer = AtRate(settings.TargetRate) ?? plan.TargetOptions.Optimizer;
        plan.SourceOptions.Initialization = settings.SourceStart ?? plan.SourceOptions.Initialization;
        plan.TargetOptions.Patience = settings.Patience;
        if (settings.MostSimilarOnly)
        {
            plan.Exhaustive = false;
            plan.AverageOfTopKValues = [1]; // the most similar prompt itself
            plan.Similarities = [PromptSimilarity.AverageDisplacement];
        }

        plan.LongBaselineSteps = settings.EqualSteps || settings.Preset == Preset.Smoke
            ? [plan.SourceOptions.Steps + plan.SourceOptions.EmbeddingStep + plan.TargetOptions.Steps] : [];
        plan.TargetOptions.OverwriteWithLabelRows = settings.LabelRows;
        plan.FewShot = settings.FewShot ? new FewShotOptions { MaxInputLength = plan.TargetOptions.MaxInputLength } : null;
        plan.ModelTuning = settings.ModelTuning || settings.MultiTaskModelTuning ? Model(settings, plan.TargetOptions) : null;
        plan.MultiTaskModelTuning = settings.MultiTaskModelTuning ? Model(settings, plan.SourceOptions) : null;
        plan.TargetSeeds = settings.Seeds is { } seeds ? First(seeds) : plan.TargetSeeds;
        plan.SourceSeeds = (settings.SourceSeeds ?? settings.Seeds) is { } prompts ? First(prompts) : plan.SourceSeeds;
        return plan;
    }

    // As many steps as a prompt has, on batches of the same size; T5's own optimiser for published models, a faster one for the small recipe.
    private static ModelTuningOptions Model(Settings settings, TuningOptions prompt)
    {
        ModelTuningOptions model = ModelTuningOptions.Like(prompt);
        model.Precision = settings.Precision;
        model.Optimizer = settings.Preset == Preset.Full ? model.Optimizer : new AdamWOptions { LearningRate = 3e-4 };
        return model;
    }

    private static AdafactorOptions? AtRate(double? rate) => rate is { } value ? new AdafactorOptions { LearningRate = value } : null;

    private static long[] First(int count) => [.. Enumerable.Range(0, count).Select(seed => (long)seed)];

    private static StudyPlan Smoke()
    {
        StudyPlan plan = Tiny(sourceSteps: 160, targetSteps: 20, embeddingStep: 30);
        plan.SourceOptions.Initialization = PromptInitialization.ClassLabels; // as the targets: with few steps the labels' rows decide
        plan.Similarities = [PromptSimilarity.AverageDisplacement];
        plan.SourceSeeds = [0];
        plan.TargetSeeds = [0, 1];
        plan.BestOfTopKValues = [1, 2, 3];
        plan.RacingOfTopKValues = [4];
        plan.AverageOfTopKValues = plan.MixtureOfTopKValues = [2];
        plan.SourceOptions.MaxValidationExamples = plan.TargetOptions.MaxValidationExamples = 50;
        return plan;
    }

    private static StudyPlan Small()
    {
        StudyPlan plan = Tiny(sourceSteps: 200, targetSteps: 40, embeddingStep: 20);
        plan.BestOfTopKValues = [1, 3, 6, 9, 12, 15];
        plan.RacingOfTopKValues = [6, 12, 18];
        plan.AverageOfTopKValues = plan.MixtureOfTopKValues = [3];
        plan.SourceOptions.MaxValidationExamples = plan.TargetOptions.MaxValidationExamples = 100;
        plan.Similarities = [PromptSimilarity.AverageDisplacement, PromptSimilarity.AverageToken, PromptSimilarity.ActivatedNeurons];
        return plan;
    }

    private static StudyPlan Planted()
    {
        StudyPlan plan = Tiny(sourceSteps: 60, targetSteps: 20, embeddingStep: 12);
        plan.SourceSeeds = [0];
        plan.TargetSeeds = [0, 1];
        plan.BestOfTopKValues = [1, 2, 4];
        plan.RacingOfTopKValues = [4];
        plan.AverageOfTopKValues = plan.MixtureOfTopKValues = [2];
        plan.Similarities = [PromptSimilarity.AverageDisplacement];
        plan.SourceOptions.PromptLength = plan.TargetOptions.PromptLength = PlantedWorld.PromptLength;
        plan.SourceOptions.Initialization = PromptInitialization.ClassLabels;
        plan.TargetOptions.Optimizer = new AdafactorOptions { LearningRate = 0.3 };
        return plan;
    }

    private static StudyPlan Tiny(int sourceSteps, int targetSteps, int embeddingStep)
    {
        TuningOptions source = TuningOptions.SmallModel(), target = TuningOptions.SmallModel();
        source.Steps = sourceSteps;
        source.EmbeddingStep = embeddingStep;
        target.Steps = targetSteps;
        target.EmbeddingStep = Math.Min(embeddingStep, targetSteps);
        target.EvaluateEvery = Math.Max(1, targetSteps / 5);
        target.Initialization = PromptInitialization.ClassLabels;
        target.EvaluateBeforeTraining = true;
        source.EvaluationMethod = target.EvaluationMethod = EvaluationMethod.Ranking;
        return new StudyPlan { SourceOptions = source, TargetOptions = target };
    }
}
