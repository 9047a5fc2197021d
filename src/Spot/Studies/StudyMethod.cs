namespace Spot.Studies;

/// <summary>The methods that a study compares (SPoT, Table 1).</summary>
public enum StudyMethod
{
    /// <summary>Examples are shown in front of each input; nothing is tuned.</summary>
    FewShot,

    /// <summary>Prompt tuning from scratch: no transfer.</summary>
    PromptTuning,

    /// <summary>Prompt tuning from scratch for more steps (<see cref="StudyPlan.LongBaselineSteps"/>).</summary>
    LongerPromptTuning,

    /// <summary>Prompt tuning from the prompts of one source, a task or a mixture: SPoT's generic transfer.</summary>
    Transfer,

    /// <summary>All weights are tuned on the target.</summary>
    ModelTuning,

    /// <summary>All weights are tuned on a source mixture, then on the target.</summary>
    MultiTaskModelTuning,
}
