using Spot.Serialization;

namespace Spot.Studies;

/// <summary>What decides the result of a unit of work, as texts by name: a unit that was computed otherwise is not the plan's.</summary>
internal static class StudyIdentity
{
    private const string Precision = "precision", Device = "device";

    /// <param name="layout">The plan.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="backbone">What computes.</param>
    public static SortedDictionary<string, string> Of(StudyLayout layout, StudyUnit unit, BackboneIdentity backbone)
    {
        SortedDictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["backbone"] = backbone.Fingerprint,
            [Precision] = backbone.Precision.ToString(),
            [Device] = backbone.DeviceType,
        };
        if (unit.Prompt >= 0)
        {
            identity["source task"] = layout.Sources[layout.SourceOf(unit.Prompt)].Fingerprint;
        }

        if (unit.Target >= 0)
        {
            identity["target task"] = layout.Plan.Targets[unit.Target].Fingerprint;
        }

        if (unit.Kind is not (StudyUnitKind.Baseline or StudyUnitKind.LongBaseline))
        {
            Add(identity, "source", layout.Plan.SourceOptions);
        }

        if (unit.Kind is not (StudyUnitKind.Source or StudyUnitKind.Embedding))
        {
            Add(identity, "target", unit.TargetOptions(layout.Plan));
        }

        return identity;
    }

    /// <summary>What differs, as a sentence; null where nothing does.</summary>
    public static string? Difference(IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> expected)
    {
        string[] differences = [.. IdentityTexts.Differences(
            OlderTexts.OfStudy(found, expected), expected, name => name is Precision or Device && !found.ContainsKey(name), // an older file does not say
            "there", "in this plan")];
        return differences.Length == 0 ? null : string.Join("; ", differences);
    }

    // The seed is part of the unit's name.
    private static void Add(SortedDictionary<string, string> identity, string prefix, TuningOptions options)
    {
        foreach ((string name, string value) in OptionTexts.Of(options).Where(option => option.Key != nameof(options.Seed)))
        {
            identity[$"{prefix} {name}"] = value;
        }
    }
}
