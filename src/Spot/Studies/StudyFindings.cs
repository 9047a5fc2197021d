namespace Spot.Studies;

/// <summary>What one kind of score says in a study: on the validation examples, or on the test examples.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record StudyFindings
{
    /// <summary>The scores.</summary>
    public required StudyScores Scores { get; init; }

    /// <summary>How many of a target's runs without transfer make no error. They have none to reduce, so that all relative error reductions leave their seeds out. // [target]</summary>
    public required IReadOnlyList<int> WithoutError { get; init; }

    /// <summary>The relative error reduction of every source prompt in per cent, of the means over the target's seeds; NaN where nothing is left. // [prompt][target]</summary>
    public required IReadOnlyList<IReadOnlyList<double>> PromptReductions { get; init; }

    /// <summary>The relative error reduction of every source task in per cent, of the means over its runs and the target's seeds: the paper's heat map. // [source][target]</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Reductions { get; init; }

    /// <summary>How far similarity predicts the reduction: for every similarity first each target in order, then all pooled.</summary>
    public required IReadOnlyList<StudyCorrelation> Correlations { get; init; }

    /// <summary>The table of search spaces and quality (SPoT, Table 3).</summary>
    public required IReadOnlyList<SearchSpaceRow> Table { get; init; }

    /// <summary>The same searches where the run without transfer is one more candidate (<see cref="Transfer.OrNoTransfer"/>): best of top-k, averages and mixtures; their steps hold its own.</summary>
    public IReadOnlyList<SearchSpaceRow> TableWithNoTransfer { get; init; } = [];

    /// <summary>The table of methods (SPoT, Table 1): few-shot, prompt tuning, longer prompt tuning, transfer from each source, model tuning, multi-task model tuning, as far as the plan has them.</summary>
    public IReadOnlyList<MethodRow> Methods { get; init; } = [];
}
