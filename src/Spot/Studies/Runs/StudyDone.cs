namespace Spot.Studies;

/// <summary>Which units are done, while a shard works: what is done stays done, so that it is read once.</summary>
internal sealed class StudyDone(StudyRecords records)
{
    private readonly HashSet<StudyUnit> _known = [];

    /// <summary>Whether a unit is known to be done.</summary>
    public bool Has(StudyUnit unit) => _known.Contains(unit);

    /// <summary>Whether all units are done, by whichever shard.</summary>
    /// <exception cref="SpotException">One was done otherwise than the plan says.</exception>
    /// <exception cref="InvalidDataException">One is damaged.</exception>
    public async Task<bool> HasAllAsync(IReadOnlyCollection<StudyUnit> units, CancellationToken cancellationToken)
    {
        StudyUnit[] unknown = [.. units.Where(unit => !_known.Contains(unit))];
        if (unknown.Length > 0)
        {
            _known.UnionWith((await records.ReadAsync(unknown, cancellationToken).ConfigureAwait(false)).Keys);
        }

        return units.All(_known.Contains);
    }

    /// <summary>Marks a unit as done.</summary>
    public async Task AddAsync(StudyUnit unit, StudyUnitResult result, CancellationToken cancellationToken)
    {
        await records.WriteAsync(unit, result, cancellationToken).ConfigureAwait(false);
        _known.Add(unit);
    }
}
