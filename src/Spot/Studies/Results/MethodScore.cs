using Spot.Statistics;

namespace Spot.Studies;

/// <summary>What a method reaches on the targets of a suite.</summary>
/// <remarks>
/// Means over the targets for each seed, with mean and deviation over the seeds; where a source has several prompts the mean of their runs counts. A pair of
/// a target and a seed counts where all its runs are done. Intervals are of 95 %, by a bootstrap over targets and seeds. Where targets are left out, scores
/// of two methods rest on different targets: compare the changes, which are against prompt tuning on the same ones.
/// </remarks>
public sealed record MethodScore
{
    /// <summary>The score.</summary>
    public required ScoreSpread Score { get; init; }

    /// <summary>Where the mean score lies; NaN of a single target and seed.</summary>
    public required ConfidenceInterval Interval { get; init; }

    /// <summary>The score minus that of prompt tuning on the same targets and seeds.</summary>
    public required ScoreSpread Change { get; init; }

    /// <summary>Where the mean change lies.</summary>
    public required ConfidenceInterval ChangeInterval { get; init; }

    /// <summary>How many pairs of a target and a seed the score rests on.</summary>
    public required int Outcomes { get; init; }

    /// <summary>How many pairs are not done yet.</summary>
    public required int Missing { get; init; }

    /// <summary>The targets that are left out, because the source holds them or has examples of them.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }
}
