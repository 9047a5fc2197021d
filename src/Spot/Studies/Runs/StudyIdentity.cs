using System.Globalization;
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
        bool afterMixture = unit.Kind is StudyUnitKind.MultiTaskModel or StudyUnitKind.MultiTaskModelTuning;
        if (unit.Prompt >= 0 || afterMixture)
        {
            identity["source task"] = layout.Sources[afterMixture ? unit.K : layout.SourceOf(unit.Prompt)].Fingerprint;
        }

        if (unit.Target >= 0)
        {
            identity["target task"] = layout.Plan.Targets[unit.Target].Fingerprint;
        }

        bool fromSources = unit.Kind is StudyUnitKind.Transfer or StudyUnitKind.Average or StudyUnitKind.Mixture;
        if (fromSources || unit.Kind is StudyUnitKind.Source or StudyUnitKind.Embedding)
        {
            Add(identity, "source", layout.Plan.SourceOptions);
        }

        if (fromSources || unit.Kind is StudyUnitKind.Baseline or StudyUnitKind.LongBaseline or StudyUnitKind.FewShot)
        {
            Add(identity, "target", unit.TargetOptions(layout.Plan));
        }

        if (unit.Kind is StudyUnitKind.ModelTuning or StudyUnitKind.MultiTaskModelTuning)
        {
            AddModel(identity, "model", layout.Plan.ModelTuning!);
        }

        if (afterMixture)
        {
            AddModel(identity, "multi-task", layout.Plan.MultiTaskModelTuning!);
        }

        if (unit.Kind == StudyUnitKind.FewShot)
        {
            Add(identity, layout.Plan.FewShot!);
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
    private static void Add(SortedDictionary<string, string> identity, string prefix, TrainingOptions options)
    {
        foreach ((string name, string value) in OptionTexts.Of(options).Where(option => option.Key != nameof(options.Seed)))
        {
            identity[$"{prefix} {name}"] = value;
        }
    }

    // What a model computes its passes in and is stored in is its own, whatever the backbone's.
    private static void AddModel(SortedDictionary<string, string> identity, string prefix, ModelTuningOptions options)
    {
        Add(identity, prefix, options);
        identity[$"{prefix} {nameof(options.Precision)}"] = options.Precision.ToString();
        identity[$"{prefix} {nameof(options.StoredPrecision)}"] = options.StoredPrecision.ToString();
    }

    private static void Add(SortedDictionary<string, string> identity, FewShotOptions options)
    {
        identity[$"few-shot {nameof(options.Demonstrations)}"] = options.Demonstrations.ToString(CultureInfo.InvariantCulture);
        identity[$"few-shot {nameof(options.MaxInputLength)}"] = options.MaxInputLength.ToString(CultureInfo.InvariantCulture);
        identity[$"few-shot {nameof(options.TargetMark)}"] = options.TargetMark;
        identity[$"few-shot {nameof(options.Separator)}"] = options.Separator;
    }
}
