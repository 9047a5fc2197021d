using Spot.Statistics;
using Spot.Transfer;

namespace Spot.Studies;

/// <summary>A row of the table of search spaces and quality (SPoT, Table 3).</summary>
/// <remarks>
/// Every number is a mean over the targets, then over the seeds, with the deviation over the seeds. Intervals are of 95 %, by a bootstrap over targets and
/// seeds: targets differ more than seeds do, so that they are wider than a deviation.
/// </remarks>
public sealed record SearchSpaceRow
{
    /// <summary>The strategy.</summary>
    public required StudyStrategy Strategy { get; init; }

    /// <summary>How many source prompts it retrieves, or restarts it takes; null where it does neither.</summary>
    public int? K { get; init; }

    /// <summary>How it compares embeddings; null where it does not search.</summary>
    public PromptSimilarity? Similarity { get; init; }

    /// <summary>How many pairs of a target and a seed the numbers rest on: fewer than there are where runs are missing.</summary>
    public required int Outcomes { get; init; }

    /// <summary>The score.</summary>
    public required ScoreSpread Score { get; init; }

    /// <summary>The score minus the baseline's.</summary>
    public required ScoreSpread Absolute { get; init; }

    /// <summary>Where the mean change lies; NaN of a single target and seed.</summary>
    public required ConfidenceInterval AbsoluteInterval { get; init; }

    /// <summary>The relative error reduction in per cent, without the runs of which the baseline makes no error.</summary>
    public required ScoreSpread Relative { get; init; }

    /// <summary>Where the mean relative error reduction lies.</summary>
    public required ConfidenceInterval RelativeInterval { get; init; }

    /// <summary>The score minus that of as many restarts as cost the same; null of rows without transfer or a choice, of a single seed, and where steps are not known.</summary>
    public RestartComparison? OverRestarts { get; init; }

    /// <summary>Target runs from source prompts for each target and seed: 0, 1, k, or the number of source prompts.</summary>
    public required double Tunings { get; init; }

    /// <summary>Tuning steps on the target for each target and seed, those for its embedding and its mixture included; NaN where not known.</summary>
    public required double Steps { get; init; }

    /// <summary>Tuning steps of the source prompts that it needs, once for all targets: of all of them where it chooses, of one where it takes any, else 0.</summary>
    public required double LibrarySteps { get; init; }

    /// <summary>100 · (1 − tunings / all source prompts).</summary>
    public required double SearchSpaceSaved { get; init; }

    /// <summary>100 · mean absolute change / the oracle's; NaN where the row rests on fewer pairs than the oracle's.</summary>
    public required double ShareOfOracleGain { get; init; }

    /// <summary>100 · steps / the oracle's; NaN where not known.</summary>
    public required double ShareOfOracleSteps { get; init; }

    /// <summary>What a target's run costs where the library serves so many targets.</summary>
    /// <param name="targets">How many, above 0; infinity for a library that is there anyway.</param>
    /// <returns>Tuning steps: the library's share, and those on the target.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="targets"/> is not above 0.</exception>
    public double StepsWhereLibraryServes(double targets) => targets > 0
        ? (LibrarySteps / targets) + Steps
        : throw new ArgumentOutOfRangeException(nameof(targets), targets, "A library must serve more than 0 targets.");

    /// <summary>The row in one line.</summary>
    /// <returns>For example <c>BestOfTopK 3 by AverageToken: score 80.1 (+3.2), relative error reduction 13.9 %, 3 runs a target</c>.</returns>
    public override string ToString()
    {
        string name = FormattableString.Invariant($"{Strategy}{(K is { } k ? $" {k}" : "")}{(Similarity is { } similarity ? $" by {similarity}" : "")}");
        string gain = FormattableString.Invariant($"({Absolute.Mean:+0.0;-0.0;0.0}), relative error reduction {Relative.Mean:F1} %, {Tunings:0.##} runs a target");
        return $"{name}: score {ResultText.Score(Score.Mean)} {gain}";
    }
}
