namespace Spot.Studies;

/// <summary>Which units are done, while a shard works: what is done stays done, so that its file is read once.</summary>
internal sealed class StudyDone(StudyLayout layout, StudyFolder folder)
{
    private readonly HashSet<StudyUnit> _known = [];

    /// <summary>Whether a unit is done, by whichever shard.</summary>
    /// <exception cref="SpotException">It was done otherwise than the plan says.</exception>
    /// <exception cref="InvalidDataException">Its file is damaged.</exception>
    public bool Has(StudyUnit unit) => _known.Contains(unit) || (folder.Read(layout, unit) is not null && _known.Add(unit));

    /// <summary>Marks a unit as done.</summary>
    public void Add(StudyUnit unit, StudyRun run)
    {
        folder.Write(layout, unit, run);
        _known.Add(unit);
    }
}
