namespace Spot.Studies;

/// <summary>What a study of transferability found (SPoT §3): every source prompt on every target, and how similar their tasks are.</summary>
/// <remarks>
/// A source prompt is one run on a source task; with r = <see cref="SourceSeeds"/>.Count runs a task, prompt p belongs to source p / r and is its run
/// p mod r. Where a score is missing (the pair leaks, or the run is not done) it is NaN. Immutable; safe to share between threads.
/// </remarks>
public sealed record StudyResult
{
    /// <summary>The names of the sources: tasks, then mixtures.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    /// <summary>Of the sources that are mixtures the names of their tasks.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> SourceMixtures { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>The names of the target tasks.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>The suites of targets that methods are compared on.</summary>
    public IReadOnlyList<StudySuite> Suites { get; init; } = [];

    /// <summary>The seeds of the runs of each source task.</summary>
    public required IReadOnlyList<long> SourceSeeds { get; init; }

    /// <summary>The seeds of the runs of each target task.</summary>
    public required IReadOnlyList<long> TargetSeeds { get; init; }

    /// <summary>Whether a source has examples of the target, so that the pair was left out. // [source][target]</summary>
    public required IReadOnlyList<IReadOnlyList<bool>> Leaks { get; init; }

    /// <summary>How similar the tasks are, for every way to compare embeddings.</summary>
    public required IReadOnlyList<StudySimilarity> Similarities { get; init; }

    /// <summary>What the validation scores say, which also choose the best of several runs: the paper's numbers.</summary>
    public required StudyFindings Validation { get; init; }

    /// <summary>What the test scores of the runs say that validation chose; null where a target has no test examples.</summary>
    public StudyFindings? Test { get; init; }

    /// <summary>The settings on each target (<see cref="StudyPlan.Settings"/>, <see cref="SweepPlan"/>); empty where the plan has none.</summary>
    public IReadOnlyList<SettingTable> Settings { get; init; } = [];

    /// <summary>How many units of work are not done yet; their scores are NaN.</summary>
    public int Missing { get; init; }

    /// <summary>What was studied, and the table of search spaces with a line for each strategy that has runs, of the test scores if there are any; then the settings of each target.</summary>
    /// <returns>Several lines.</returns>
    public override string ToString()
    {
        string[] settings = [.. Settings.Select(table => table.ToString())];
        if (Sources.Count == 0)
        {
            return string.Join(Environment.NewLine, settings);
        }

        string missing = Missing > 0 ? $"; {ResultText.Count(Missing, "unit")} of work not done" : "";
        string head = $"{ResultText.Count(Sources.Count, "source")} x {ResultText.Count(SourceSeeds.Count, "run")}, {ResultText.Count(Targets.Count, "target")} x {ResultText.Count(TargetSeeds.Count, "run")}{missing}; " +
            $"{(Test is null ? "validation" : "test")} scores:";
        return string.Join(Environment.NewLine, [head, .. (Test ?? Validation).Table.Where(row => row.Outcomes > 0).Select(row => $"  {row}"), .. settings]);
    }
}
