namespace Spot.Studies;

/// <summary>A row of the table of methods (SPoT, Table 1).</summary>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record MethodRow
{
    /// <summary>The method.</summary>
    public required StudyMethod Method { get; init; }

    /// <summary>The source, a task or a mixture, that it begins with; null where it has none.</summary>
    public string? Source { get; init; }

    /// <summary>The steps of longer prompt tuning; null elsewhere.</summary>
    public int? Steps { get; init; }

    /// <summary>What it reaches on each suite, in the order of <see cref="StudyResult.Suites"/>.</summary>
    public required IReadOnlyList<MethodScore> Suites { get; init; }

    /// <summary>The row in one line.</summary>
    /// <returns>For example <c>Transfer from glue: score 80.1 (+3.2)</c>, with what each suite has.</returns>
    public override string ToString()
    {
        string name = FormattableString.Invariant($"{Method}{(Source is null ? "" : $" from {Source}")}{(Steps is { } steps ? $", {steps} steps" : "")}");
        return $"{name}: score {string.Join("; ", Suites.Select(suite => FormattableString.Invariant($"{ResultText.Score(suite.Score.Mean)} ({suite.Change.Mean:+0.0;-0.0;0.0})")))}";
    }
}
