namespace Spot.Studies;

/// <summary>Does the units of methods that tune no prompt: few-shot, model tuning, multi-task model tuning.</summary>
internal sealed class MethodWork(StudyLayout layout, StudyTools tools, IPromptEvaluator evaluator)
{
    /// <summary>The model itself, with examples of the target in front of each input.</summary>
    public async Task<StudyUnitResult> FewShotAsync(StudyUnit unit, CancellationToken cancellationToken)
    {
        TextTask target = layout.Plan.Targets[unit.Target];
        FewShotOptions shown = layout.Plan.FewShot!.Clone();
        shown.Seed = layout.Plan.TargetSeeds[unit.Seed];
        EvaluationOptions options = layout.Plan.TargetOptions.ToEvaluationOptions();
        options.MaxInputLength = shown.MaxInputLength;
        PromptEvaluation validation = await EvaluateAsync(ValidationSample.Of(target, layout.Plan.TargetOptions.MaxValidationExamples)).ConfigureAwait(false);
        PromptEvaluation? test = target.Test.Count == 0 ? null : await EvaluateAsync(target.Test).ConfigureAwait(false);
        return new StudyUnitResult(StudyRun.Of(validation.Score, 0, [validation.At(0)], test, 0));

        Task<PromptEvaluation> EvaluateAsync(IReadOnlyList<TextExample> examples) =>
            evaluator.EvaluateAsync(null, target, tools.ShowExamples!(target, examples, shown), options, cancellationToken);
    }

    /// <summary>All weights on a mixture: the model stays in its folder for the targets that begin with it.</summary>
    public async Task<StudyUnitResult> OnMixtureAsync(StudyUnit unit, string run, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        string output = MixtureModel(unit);
        Remove(output);
        ModelTuningOptions options = Options(layout.Plan.MultiTaskModelTuning!, unit, run);
        ModelTuningResult result = await tools.ModelTuner!.TuneAsync(layout.Sources[unit.K], output, options, progress, cancellationToken).ConfigureAwait(false);
        return new StudyUnitResult(StudyRun.Of(result.BestScore, result.BestStep, result.Evaluations, null, result.Losses.Count));
    }

    /// <summary>All weights on a target, from the study's model or from one that was tuned on a mixture.</summary>
    public async Task<StudyUnitResult> OnTargetAsync(StudyUnit unit, string run, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        if (unit.Kind == StudyUnitKind.ModelTuning)
        {
            return new StudyUnitResult(await TuneAsync(unit, tools.ModelTuner!, run, progress, cancellationToken).ConfigureAwait(false));
        }

        string folder = MixtureModel(unit);
        if (!Directory.Exists(folder))
        {
            string done = layout.Needs(unit)[0].Name(layout);
            throw new SpotException($"Found no model in '{folder}' though the unit '{done}' is done, expected the one that was tuned on the mixture. Copy it from where that was done, or delete that unit to have it done again.");
        }

        using ITunedModel mixture = tools.OpenModel!(folder);
        StudyRun tuned = await TuneAsync(unit, mixture.Tuner, run, progress, cancellationToken).ConfigureAwait(false);
        return new StudyUnitResult(tuned with { Steps = tuned.Steps + layout.Plan.MultiTaskModelTuning!.Steps });
    }

    // The target's own model is there for its test score alone, and goes with the run's folder.
    private async Task<StudyRun> TuneAsync(StudyUnit unit, IModelTuner tuner, string run, IProgress<TuningProgress> progress, CancellationToken cancellationToken)
    {
        TextTask target = layout.Plan.Targets[unit.Target];
        ModelTuningOptions options = Options(layout.Plan.ModelTuning!, unit, run);
        string output = Path.Combine(run, "model");
        Remove(output); // of a unit that was stopped after its last step
        try
        {
            ModelTuningResult result = await tuner.TuneAsync(target, output, options, progress, cancellationToken).ConfigureAwait(false);
            PromptEvaluation? test = await EvaluateAsync(output, target, target.Test, options, cancellationToken).ConfigureAwait(false);
            return StudyRun.Of(result.BestScore, result.BestStep, result.Evaluations, test, result.Losses.Count);
        }
        catch (TuningDivergedException exception) when (Directory.Exists(output))
        {
            IReadOnlyList<TextExample> examples = ValidationSample.Of(target, options.MaxValidationExamples);
            PromptEvaluation validation = (await EvaluateAsync(output, target, examples, options, cancellationToken).ConfigureAwait(false))!;
            PromptEvaluation? test = await EvaluateAsync(output, target, target.Test, options, cancellationToken).ConfigureAwait(false);
            int step = exception.Step - 1;
            return StudyRun.Of(validation.Score, step, [validation.At(step)], test, step);
        }
    }

    private async Task<PromptEvaluation?> EvaluateAsync(string model, TextTask target, IReadOnlyList<TextExample> examples, ModelTuningOptions options, CancellationToken cancellationToken)
    {
        if (examples.Count == 0)
        {
            return null;
        }

        using ITunedModel tuned = tools.OpenModel!(model);
        return await tuned.Evaluator.EvaluateAsync(null, target, examples, options.ToEvaluationOptions(), cancellationToken).ConfigureAwait(false);
    }

    private string MixtureModel(StudyUnit unit) => Path.Combine(tools.ModelFolder!, layout.ModelName(unit));

    private ModelTuningOptions Options(ModelTuningOptions recipe, StudyUnit unit, string run)
    {
        ModelTuningOptions own = recipe.Clone();
        (own.Seed, own.RunFolder) = (layout.Plan.TargetSeeds[unit.Seed], run);
        return own;
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
