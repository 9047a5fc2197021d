namespace Spot.Studies;

/// <summary>All runs of a study on its targets; null where a run is not done or the pair leaks.</summary>
/// <param name="Baseline">// [target][seed]</param>
/// <param name="Transfer">// [prompt][target][seed]</param>
/// <param name="Strategies">Averages and mixtures.</param>
internal sealed record StudyRuns(StudyRun?[][] Baseline, StudyRun?[][][] Transfer, IReadOnlyList<StrategyRuns> Strategies)
{
    /// <summary>Without transfer, for more steps. // [which][target][seed]</summary>
    public IReadOnlyList<StudyRun?[][]> LongBaselines { get; init; } = [];

    /// <summary>The methods to compare, in the order of their rows.</summary>
    public IReadOnlyList<MethodRuns> Methods { get; init; } = [];

    /// <summary>The steps of all source prompts.</summary>
    public long LibrarySteps { get; init; }
}

/// <summary>The runs of an average or mixture.</summary>
/// <param name="Strategy">Which.</param>
/// <param name="K">Its k.</param>
/// <param name="Similarity">Its similarity.</param>
/// <param name="Runs">// [target][seed]</param>
internal sealed record StrategyRuns(StudyStrategy Strategy, int K, PromptSimilarity Similarity, StudyRun?[][] Runs);
