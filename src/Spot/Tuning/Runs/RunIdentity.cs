using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Spot.Backbone;
using TorchSharp;

namespace Spot.Tuning;

/// <summary>What decides a run's bits, as texts by name: a checkpoint of a run with other ones is not its own.</summary>
internal static class RunIdentity
{
    /// <summary>The name of where a run computes: its last digits depend on it, but a checkpoint may move.</summary>
    public const string ComputedOn = "computed on";

    // An option that an older checkpoint does not name was added since, and is off there.
    private const string Off = "False";

    /// <summary>Options that change nothing of what a run computes.</summary>
    private static readonly string[] Ignored = [nameof(TuningOptions.RunFolder), nameof(TuningOptions.CheckpointEvery)];

    /// <param name="kind">What is trained.</param>
    /// <param name="backbone">The model.</param>
    /// <param name="mixture">The tasks.</param>
    /// <param name="options">The options.</param>
    /// <param name="start">The prompt that the run starts from; null to initialise.</param>
    public static SortedDictionary<string, string> Of(string kind, T5Backbone backbone, TaskMixture mixture, TuningOptions options, SoftPrompt? start)
    {
        SortedDictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["what is trained"] = kind,
            ["backbone"] = backbone.Fingerprint,
            ["precision"] = backbone.Precision.ToString(),
            [ComputedOn] = string.Create(CultureInfo.InvariantCulture, $"{backbone.Device}, {torch.get_num_threads()} threads"),
            ["task"] = mixture.Name,
            ["task fingerprint"] = mixture.Fingerprint,
            ["start prompt"] = start is null ? "none" : Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(start.Values.Span))),
        };
        foreach ((string name, string value) in Of(options))
        {
            identity[name] = value;
        }

        return identity;
    }

    /// <summary>What decides the bits of a run's first steps: a rate that has not begun to decay does not depend on when it will.</summary>
    /// <param name="identity">Of the whole run.</param>
    /// <param name="step">Steps done.</param>
    public static IReadOnlyDictionary<string, string> UpTo(IReadOnlyDictionary<string, string> identity, int step)
    {
        bool open = identity.GetValueOrDefault(nameof(TuningOptions.LearningRateSchedule)) == nameof(LearningRateSchedule.WarmupStableDecay)
            && step <= Number(nameof(TuningOptions.Steps)) - Number(nameof(TuningOptions.DecaySteps));
        return open
            ? identity.Where(entry => entry.Key is not (nameof(TuningOptions.Steps) or nameof(TuningOptions.DecaySteps))).ToDictionary(StringComparer.Ordinal)
            : identity;

        int Number(string name) => int.Parse(identity[name], CultureInfo.InvariantCulture);
    }

    /// <summary>The options that change what a run computes, as texts by name.</summary>
    public static SortedDictionary<string, string> Of(TuningOptions options)
    {
        SortedDictionary<string, string> texts = new(StringComparer.Ordinal);
        Add(texts, "", options, Ignored);
        return texts;
    }

    /// <summary>What differs, in words; <see cref="ComputedOn"/> may.</summary>
    /// <param name="found">Of the checkpoint.</param>
    /// <param name="expected">Of the run.</param>
    public static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> expected) =>
        found.Keys.Union(expected.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(name => name != ComputedOn && found.GetValueOrDefault(name, Off) != expected.GetValueOrDefault(name, Off) && !IsUnknown(found, name))
            .Select(name => $"{name} is {found.GetValueOrDefault(name, "nothing")} in the checkpoint and {expected.GetValueOrDefault(name, "nothing")} in this run");

    // An older checkpoint has the full name of the optimiser in one that has another in it, and not its numbers.
    private static bool IsUnknown(IReadOnlyDictionary<string, string> found, string name)
    {
        int part = name.LastIndexOf('.');
        return found.GetValueOrDefault(name) == typeof(AdamWOptions).FullName || (part > 0 && found.GetValueOrDefault(name[..part]) == typeof(AdamWOptions).FullName);
    }

    // By reflection, so that no option that is added later is forgotten.
    private static void Add(SortedDictionary<string, string> identity, string prefix, object options, string[] ignored)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (!ignored.Contains(property.Name))
            {
                string name = prefix + property.Name;
                switch (property.GetValue(options))
                {
                    case OptimizerOptions optimizer:
                        identity[name] = optimizer.GetType().Name;
                        Add(identity, name + ".", optimizer, []);
                        break;
                    case var value:
                        identity[name] = value is null ? "none" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
                        break;
                }
            }
        }
    }
}
