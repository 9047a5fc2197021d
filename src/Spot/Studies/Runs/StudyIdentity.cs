using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Spot.Serialization;

namespace Spot.Studies;

/// <summary>What decides the result of a unit of work, as texts by name: a unit that was computed otherwise is not the plan's.</summary>
internal static class StudyIdentity
{
    private const string Precision = "precision", Device = "device", SourceTask = "source task ", TargetTask = "target task ", Units = "units of work";
    private const string Model = "model", MultiTask = "multi-task", Few = "few-shot", Setting = "setting";
    private static readonly string[] Growing = [SourceTask, TargetTask, Model + ' ', MultiTask + ' ', Few + ' ', Setting + ' '];

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
        if (fromSources || unit.Kind is StudyUnitKind.Source or StudyUnitKind.Embedding or StudyUnitKind.SourceNeurons or StudyUnitKind.TargetNeurons)
        {
            Add(identity, "source", layout.Plan.SourceOptions);
        }

        if (fromSources || unit.Kind is StudyUnitKind.Baseline or StudyUnitKind.LongBaseline or StudyUnitKind.FewShot)
        {
            Add(identity, "target", unit.TargetOptions(layout.Plan));
        }

        if (unit.Kind is StudyUnitKind.ModelTuning or StudyUnitKind.MultiTaskModelTuning)
        {
            AddModel(identity, Model, layout.Plan.ModelTuning!);
        }

        if (afterMixture)
        {
            AddModel(identity, MultiTask, layout.Plan.MultiTaskModelTuning!);
        }

        if (unit.Kind == StudyUnitKind.FewShot)
        {
            Add(identity, layout.Plan.FewShot!);
        }

        if (unit.Kind == StudyUnitKind.Setting)
        {
            Add(identity, Setting, layout.Plan.Settings[unit.K].Options);
        }

        return identity;
    }

    /// <summary>What decides the results of a plan, wherever it is computed.</summary>
    public static SortedDictionary<string, string> OfPlan(StudyPlan plan)
    {
        SortedDictionary<string, string> identity = new(StringComparer.Ordinal);
        Add(identity, "source", plan.SourceOptions);
        Add(identity, "target", plan.TargetOptions);
        foreach (TextTask task in plan.Sources)
        {
            identity[SourceTask + task.Name] = task.Fingerprint;
        }

        foreach (TaskMixture mixture in plan.SourceMixtures)
        {
            identity[SourceTask + mixture.Name] = mixture.Fingerprint;
        }

        foreach (TextTask task in plan.Targets)
        {
            identity[TargetTask + task.Name] = task.Fingerprint;
        }

        AddMethods(identity, plan);
        string units = string.Join('\n', StudyUnitInfo.Of(plan).Select(unit => $"{unit.Name}: {string.Join(' ', unit.Needs)}"));
        identity[Units] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(units)));
        return identity;
    }

    /// <summary>What differs between two plans, as a sentence; null where nothing does.</summary>
    /// <param name="found">Of the plan that is there.</param>
    /// <param name="expected">Of this one.</param>
    /// <param name="mayGrow">Whether one may have tasks and units that the other lacks.</param>
    public static string? PlanDifference(IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> expected, bool mayGrow)
    {
        bool IsGrowth(string name) => mayGrow && (name == Units
            || (found.ContainsKey(name) != expected.ContainsKey(name) && Growing.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal))));
        string[] differences = [.. IdentityTexts.Differences(found, expected, IsGrowth, "there", "in this plan")];
        return differences.Length == 0 ? null : string.Join("; ", differences);
    }

    /// <summary>What differs, as a sentence; null where nothing does.</summary>
    public static string? Difference(IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> expected)
    {
        string[] differences = [.. IdentityTexts.Differences(
            OlderTexts.OfStudy(found, expected), expected, name => name is Precision or Device && !found.ContainsKey(name), // an older file does not say
            "there", "in this plan")];
        return differences.Length == 0 ? null : string.Join("; ", differences);
    }

    private static void AddMethods(SortedDictionary<string, string> identity, StudyPlan plan)
    {
        if (plan.ModelTuning is { } model)
        {
            AddModel(identity, Model, model);
        }

        if (plan.MultiTaskModelTuning is { } multiTask)
        {
            AddModel(identity, MultiTask, multiTask);
        }

        if (plan.FewShot is { } few)
        {
            Add(identity, few);
        }

        foreach (TuningSetting setting in plan.Settings)
        {
            Add(identity, $"{Setting} {setting.Name}", setting.Options);
        }
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
        identity[$"{Few} {nameof(options.Demonstrations)}"] = options.Demonstrations.ToString(CultureInfo.InvariantCulture);
        identity[$"{Few} {nameof(options.MaxInputLength)}"] = options.MaxInputLength.ToString(CultureInfo.InvariantCulture);
        identity[$"{Few} {nameof(options.TargetMark)}"] = options.TargetMark;
        identity[$"{Few} {nameof(options.Separator)}"] = options.Separator;
    }
}
