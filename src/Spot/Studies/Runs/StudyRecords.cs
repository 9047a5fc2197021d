using System.Text.Json;

namespace Spot.Studies;

/// <summary>What a store keeps of a plan's units, read and checked.</summary>
internal sealed class StudyRecords(StudyLayout layout, IStudyStore store, BackboneIdentity backbone)
{
    private readonly HashSet<StudyUnit> _outdated = [];

    /// <summary>Reads what units gave.</summary>
    /// <returns>Without those that are not done, or were done with other source prompts than the plan has.</returns>
    /// <exception cref="SpotException">A unit was done otherwise than the plan says.</exception>
    /// <exception cref="InvalidDataException">A unit is damaged.</exception>
    public async Task<Dictionary<StudyUnit, StudyRun>> ReadAsync(IReadOnlyCollection<StudyUnit> units, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, byte[]> found = await store.ReadAsync([.. units.Select(unit => unit.Name(layout))], cancellationToken).ConfigureAwait(false);
        Dictionary<StudyUnit, StudyRun> runs = [];
        foreach (StudyUnit unit in units)
        {
            if (found.TryGetValue(unit.Name(layout), out byte[]? content))
            {
                StudyUnitFile file = Parse(unit, content);
                if (file.Sources.SequenceEqual(Sources(unit), StringComparer.Ordinal))
                {
                    runs[unit] = file.Run;
                }
                else
                {
                    _outdated.Add(unit);
                }
            }
        }

        return runs;
    }

    /// <summary>Marks a unit as done.</summary>
    public Task WriteAsync(StudyUnit unit, StudyUnitResult result, CancellationToken cancellationToken)
    {
        StudyUnitFile file = new(StudyIdentity.Of(layout, unit, backbone), Sources(unit), result.Run);
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(file, StudyJson.Default.StudyUnitFile);
        return store.WriteAsync(unit.Name(layout), content, result.Prompt, _outdated.Contains(unit), cancellationToken);
    }

    private StudyUnitFile Parse(StudyUnit unit, byte[] content)
    {
        string place = store.Locate(unit.Name(layout));
        StudyUnitFile file;
        try
        {
            file = JsonSerializer.Deserialize(content, StudyJson.Default.StudyUnitFile) ?? throw new JsonException("It holds null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{place} is no whole unit of a study: {exception.Message} Delete it to have the unit done again.", exception);
        }

        return StudyIdentity.Difference(file.Identity, StudyIdentity.Of(layout, unit, backbone)) is { } difference
            ? throw new SpotException($"{place} is of another study: {difference}. Give every study a place of its own, or delete the unit there to have it done again.")
            : file;
    }

    // What an average or a mixture was chosen from: with more source prompts in the plan it has to be done again.
    private string[] Sources(StudyUnit unit) =>
        unit.Kind is StudyUnitKind.Average or StudyUnitKind.Mixture ? layout.EligibleIds(unit) : [];
}
