namespace Spot.Studies;

/// <summary>A unit of a study's work: what is done at once, by one process, or again.</summary>
/// <param name="Name">Its name, for example <c>transfer.mnli.0.cb.1</c>: from the prompt of seed 0 on <c>mnli</c> to <c>cb</c> with seed 1.</param>
/// <param name="Needs">The names of the units that must be done before.</param>
/// <param name="Steps">The tuning steps that it takes.</param>
public sealed record StudyUnitInfo(string Name, IReadOnlyList<string> Needs, long Steps)
{
    /// <summary>Counts a plan out.</summary>
    /// <param name="plan">The plan.</param>
    /// <returns>Its units of work, those that others need first.</returns>
    /// <exception cref="ArgumentException">The plan cannot be carried out.</exception>
    public static IReadOnlyList<StudyUnitInfo> Of(StudyPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        StudyLayout layout = new(plan.Copy());
        return [.. layout.Units.Select(unit => new StudyUnitInfo(unit.Name(layout), [.. layout.Needs(unit).Select(need => need.Name(layout))], unit.Steps(layout.Plan)))];
    }
}
