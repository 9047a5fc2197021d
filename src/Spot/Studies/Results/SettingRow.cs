namespace Spot.Studies;

/// <summary>What a setting reaches on a target.</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record SettingRow
{
    /// <summary>The setting's name.</summary>
    public required string Name { get; init; }

    /// <summary>The best validation score of each run; NaN where it is not done. // [seed]</summary>
    public required IReadOnlyList<double> ValidationScores { get; init; }

    /// <summary>The test score of each run's best prompt; null where the target has no test examples. // [seed]</summary>
    public IReadOnlyList<double>? TestScores { get; init; }

    /// <summary>Mean and deviation of the validation scores over the seeds that are done; NaN where none is.</summary>
    public ScoreSpread Validation => OutcomeComparison.Spread([[.. ValidationScores]]);

    /// <summary>Mean and deviation of the test scores; null where the target has no test examples.</summary>
    public ScoreSpread? Test => TestScores is null ? null : OutcomeComparison.Spread([[.. TestScores]]);

    /// <summary>How many runs are not done yet.</summary>
    public int Missing => ValidationScores.Count(double.IsNaN);
}
