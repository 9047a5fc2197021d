namespace Spot.Studies;

/// <summary>The scores of a study's runs on the targets, 0 … 100 (below 0 where a correlation is); NaN where there is none.</summary>
/// <param name="Baseline">Without transfer. // [target][seed]</param>
/// <param name="Transfer">From every source prompt. // [prompt][target][seed]</param>
/// <param name="Strategies">Of the strategies that are runs of their own: weighted average and mixture.</param>
public sealed record StudyScores(
    IReadOnlyList<IReadOnlyList<double>> Baseline,
    IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> Transfer,
    IReadOnlyList<StrategyScores> Strategies);
