using System.Globalization;

namespace Spot.Studies;

/// <summary>The kinds of work in a study.</summary>
internal enum StudyUnitKind
{
    Source,
    Embedding,
    Baseline,
    Transfer,
    Average,
    Mixture,
    LongBaseline,
    FewShot,
    ModelTuning,

    /// <summary>All weights on a mixture.</summary>
    MultiTaskModel,

    /// <summary>All weights on a target, after a mixture.</summary>
    MultiTaskModelTuning,

    /// <summary>One of the settings that are compared, on a target.</summary>
    Setting,

    /// <summary>The neurons that a source prompt's key activates.</summary>
    SourceNeurons,

    /// <summary>The neurons that a target's embedding activates.</summary>
    TargetNeurons,
}

/// <summary>A piece of a study's work that is done or not done.</summary>
/// <param name="Kind">What kind.</param>
/// <param name="Prompt">The source prompt; −1 where the unit is of none.</param>
/// <param name="Target">The target; −1 where the unit is of none.</param>
/// <param name="Seed">The place of the target's seed.</param>
/// <param name="K">The k of an average or mixture; the steps of a long baseline; the source that a model is tuned on first; the place of a setting.</param>
/// <param name="Similarity">The similarity of an average or mixture.</param>
internal readonly record struct StudyUnit(StudyUnitKind Kind, int Prompt = -1, int Target = -1, int Seed = -1, int K = 0, PromptSimilarity Similarity = default)
{
    /// <summary>The unit's name, which is the name of its file.</summary>
    public string Name(StudyLayout layout)
    {
        string kind = Kind.ToString().ToLowerInvariant();
        string target = Target < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $".{layout.TargetNames[Target]}.{layout.Plan.TargetSeeds[Seed]}");
        return Kind switch
        {
            StudyUnitKind.Source or StudyUnitKind.SourceNeurons => $"{kind}.{layout.PromptName(Prompt)}",
            StudyUnitKind.Transfer => $"{kind}.{layout.PromptName(Prompt)}{target}",
            StudyUnitKind.Average or StudyUnitKind.Mixture => string.Create(CultureInfo.InvariantCulture, $"{kind}.{K}.{Similarity}{target}"),
            StudyUnitKind.LongBaseline => string.Create(CultureInfo.InvariantCulture, $"{kind}.{K}{target}"),
            StudyUnitKind.MultiTaskModel => string.Create(CultureInfo.InvariantCulture, $"{kind}.{layout.SourceNames[K]}.{layout.Plan.TargetSeeds[Seed]}"),
            StudyUnitKind.MultiTaskModelTuning => $"{kind}.{layout.SourceNames[K]}{target}",
            StudyUnitKind.Setting => $"{kind}.{layout.SettingNames[K]}{target}",
            _ => kind + target,
        };
    }

    /// <summary>How the unit tunes its target; a copy.</summary>
    public TuningOptions TargetOptions(StudyPlan plan)
    {
        TuningOptions options = (Kind == StudyUnitKind.Setting ? plan.Settings[K].Options : plan.TargetOptions).Clone();
        options.Steps = Kind == StudyUnitKind.LongBaseline ? K : options.Steps;
        return options;
    }

    /// <summary>The shard's piece that the unit belongs to: all of a source prompt is one piece, so is all of a model that was tuned on a mixture, and a setting's run, else all of a target's seed.</summary>
    public int Piece(StudyLayout layout) => Prompt >= 0 ? Prompt : (Seed + (layout.Plan.TargetSeeds.Count * Kind switch
    {
        StudyUnitKind.MultiTaskModel or StudyUnitKind.MultiTaskModelTuning => K,
        StudyUnitKind.Setting => (K * layout.Plan.Targets.Count) + Target,
        _ => Target,
    }));

    /// <summary>Tuning steps that the unit takes.</summary>
    public long Steps(StudyPlan plan) => Kind switch
    {
        StudyUnitKind.Source => plan.SourceOptions.Steps,
        StudyUnitKind.Embedding => plan.SourceOptions.EmbeddingStep,
        StudyUnitKind.Mixture => (long)plan.SourceOptions.Steps + plan.TargetOptions.Steps,
        StudyUnitKind.LongBaseline => K,
        StudyUnitKind.FewShot or StudyUnitKind.SourceNeurons or StudyUnitKind.TargetNeurons => 0,
        StudyUnitKind.Setting => plan.Settings[K].Options.Steps,
        StudyUnitKind.ModelTuning or StudyUnitKind.MultiTaskModelTuning => plan.ModelTuning!.Steps,
        StudyUnitKind.MultiTaskModel => plan.MultiTaskModelTuning!.Steps,
        _ => plan.TargetOptions.Steps,
    };
}
