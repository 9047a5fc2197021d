namespace Spot.Studies;

/// <summary>What a study needs besides the tuning of prompts; each only where the plan asks for it.</summary>
/// <remarks>
/// On a loaded backbone: <c>Inspector = new PromptInspector(backbone)</c>, <c>ModelTuner = new ModelTuner(backbone)</c>, <c>OpenModel = folder => TunedModel.Load(folder)</c>,
/// <c>ShowExamples = (task, examples, options) => FewShot.Apply(task, examples, backbone.Tokenizer, options).Examples</c>. What it is given is its
/// maker's to dispose of, except for the models that it opens. <c>AddSpot</c> registers them all, but for <see cref="ModelFolder"/>.
/// </remarks>
public sealed record StudyTools
{
    /// <summary>Tunes all weights, from the study's own model on (<see cref="StudyPlan.ModelTuning"/>).</summary>
    public IModelTuner? ModelTuner { get; init; }

    /// <summary>Loads a model that was tuned, by its folder, to evaluate it on test examples and to tune it further. The study disposes of it.</summary>
    public Func<string, ITunedModel>? OpenModel { get; init; }

    /// <summary>Puts a task's training examples in front of examples (<see cref="StudyPlan.FewShot"/>).</summary>
    public Func<TextTask, IReadOnlyList<TextExample>, FewShotOptions, IReadOnlyList<TextExample>>? ShowExamples { get; init; }

    /// <summary>Says which neurons a prompt activates (<see cref="PromptSimilarity.ActivatedNeurons"/> in <see cref="StudyPlan.Similarities"/>).</summary>
    public IPromptInspector? Inspector { get; init; }

    /// <summary>
    /// Where the models that were tuned on mixtures are kept (<see cref="StudyPlan.MultiTaskModelTuning"/>), for all their targets; machines that share a
    /// study need one that they share. Null for <c>models/</c> in the study's folder; a store in another place needs one.
    /// </summary>
    public string? ModelFolder { get; init; }

    /// <summary>Which of them a unit lacks, with the plan's option that asks for it.</summary>
    internal (string Option, string Tool)? Lacks(StudyUnitKind kind) => kind switch
    {
        StudyUnitKind.FewShot when ShowExamples is null => (nameof(StudyPlan.FewShot), nameof(ShowExamples)),
        StudyUnitKind.ModelTuning when ModelTuner is null => (nameof(StudyPlan.ModelTuning), nameof(ModelTuner)),
        StudyUnitKind.ModelTuning when OpenModel is null => (nameof(StudyPlan.ModelTuning), nameof(OpenModel)),
        StudyUnitKind.MultiTaskModel when ModelTuner is null => (nameof(StudyPlan.MultiTaskModelTuning), nameof(ModelTuner)),
        StudyUnitKind.MultiTaskModelTuning when OpenModel is null => (nameof(StudyPlan.MultiTaskModelTuning), nameof(OpenModel)),
        StudyUnitKind.MultiTaskModel or StudyUnitKind.MultiTaskModelTuning when ModelFolder is null => (nameof(StudyPlan.MultiTaskModelTuning), nameof(ModelFolder)),
        StudyUnitKind.SourceNeurons or StudyUnitKind.TargetNeurons when Inspector is null => ($"{nameof(StudyPlan.Similarities)}[{nameof(PromptSimilarity.ActivatedNeurons)}]", nameof(Inspector)),
        _ => null,
    };
}
