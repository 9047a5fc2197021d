namespace Spot.Studies;

/// <summary>The runs of a method.</summary>
/// <param name="Method">Which.</param>
/// <param name="Runs">One or more for every target and seed; null where a run is not done. // [run][target][seed]</param>
internal sealed record MethodRuns(StudyMethod Method, IReadOnlyList<StudyRun?[][]> Runs)
{
    /// <summary>The source that it begins with; null for none.</summary>
    public string? Source { get; init; }

    /// <summary>The steps of longer prompt tuning.</summary>
    public int? Steps { get; init; }

    /// <summary>Whether a target leaks into the source; empty for none. // [target]</summary>
    public bool[] LeftOut { get; init; } = [];
}
