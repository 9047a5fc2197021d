using Spot.Transfer;

namespace Spot.Studies;

/// <summary>The strategies that a study compares.</summary>
public enum StudyStrategy
{
    /// <summary>No transfer.</summary>
    Baseline,

    /// <summary>The best of all source prompts: the whole search.</summary>
    Oracle,

    /// <summary>The best of the k most similar source prompts.</summary>
    BestOfTopK,

    /// <summary>The similarity-weighted average of the k most similar source prompts.</summary>
    WeightedAverage,

    /// <summary>A prompt tuned on the tasks of the k most similar source prompts and the target together.</summary>
    Mixture,

    /// <summary>The best of the k most similar source prompts by successive halving.</summary>
    Racing,

    /// <summary>A control: the best of as many runs without transfer as there are seeds. Choosing alone gains, by luck, on the scores that choose.</summary>
    Restarts,

    /// <summary>A control: one run without transfer of more steps (<see cref="StudyPlan.LongBaselineSteps"/>).</summary>
    LongBaseline,

    /// <summary>A control: the mean of all source prompts, which is what to expect of one drawn at random.</summary>
    RandomPrompt,
}
