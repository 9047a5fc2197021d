using System.Globalization;
using System.Text.Json;

namespace Spot.Studies;

/// <summary>What decides the result of a unit of work, as texts by name: a unit that was computed otherwise is not the plan's.</summary>
internal static class StudyIdentity
{
    // What changes nothing, or is part of the unit's name.
    private static readonly string[] Ignored =
        [nameof(TuningOptions.Seed), nameof(TuningOptions.RunFolder), nameof(TuningOptions.CheckpointEvery), nameof(TuningOptions.Optimizer)];

    // What an older file does not name was added since, and is off there.
    private const string Off = "False";

    /// <param name="layout">The plan.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="backbone">The backbone's fingerprint.</param>
    public static SortedDictionary<string, string> Of(StudyLayout layout, StudyUnit unit, string backbone)
    {
        SortedDictionary<string, string> identity = new(StringComparer.Ordinal) { ["backbone"] = backbone };
        if (unit.Prompt >= 0)
        {
            identity["source task"] = layout.Plan.Sources[layout.SourceOf(unit.Prompt)].Fingerprint;
        }

        if (unit.Target >= 0)
        {
            identity["target task"] = layout.Plan.Targets[unit.Target].Fingerprint;
        }

        if (unit.Kind is not StudyUnitKind.Baseline)
        {
            Add(identity, "source", layout.Plan.SourceOptions);
        }

        if (unit.Kind is not (StudyUnitKind.Source or StudyUnitKind.Embedding))
        {
            Add(identity, "target", layout.Plan.TargetOptions);
        }

        return identity;
    }

    /// <summary>What differs, as a sentence; null where nothing does.</summary>
    public static string? Difference(IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> expected)
    {
        string[] differences = [.. found.Keys.Union(expected.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(name => found.GetValueOrDefault(name, Off) != expected.GetValueOrDefault(name, Off))
            .Select(name => $"{name} is {found.GetValueOrDefault(name, "nothing")} there and {expected.GetValueOrDefault(name, "nothing")} in this plan")];
        return differences.Length == 0 ? null : string.Join("; ", differences);
    }

    private static void Add(SortedDictionary<string, string> identity, string prefix, TuningOptions options)
    {
        AddProperties(identity, prefix, JsonSerializer.SerializeToElement(options));
        identity[$"{prefix} {nameof(options.Optimizer)}"] = options.Optimizer.GetType().Name;
        AddProperties(identity, $"{prefix} optimizer", JsonSerializer.SerializeToElement(options.Optimizer, options.Optimizer.GetType()));
    }

    private static void AddProperties(SortedDictionary<string, string> identity, string prefix, JsonElement options)
    {
        foreach (JsonProperty property in options.EnumerateObject().Where(property => !Ignored.Contains(property.Name)))
        {
            identity[string.Create(CultureInfo.InvariantCulture, $"{prefix} {property.Name}")] = property.Value.ToString();
        }
    }
}
