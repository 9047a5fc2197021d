using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Spot.Backbone;
using Spot.Serialization;
using TorchSharp;

namespace Spot.Tuning;

/// <summary>What decides a run's bits, as texts by name: a checkpoint of a run with other ones is not its own.</summary>
internal static class RunIdentity
{
    /// <summary>The name of where a run computes: its last digits depend on it, but a checkpoint may move.</summary>
    public const string ComputedOn = "computed on";

    /// <summary>The name of the backbone's fingerprint.</summary>
    public const string Backbone = "backbone";

    /// <param name="kind">What is trained.</param>
    /// <param name="backbone">The model.</param>
    /// <param name="mixture">The tasks.</param>
    /// <param name="options">The options.</param>
    /// <param name="start">The prompt that the run starts from; null to initialise.</param>
    public static SortedDictionary<string, string> Of(string kind, T5Backbone backbone, TaskMixture mixture, TrainingOptions options, SoftPrompt? start)
    {
        SortedDictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["what is trained"] = kind,
            [Backbone] = backbone.Fingerprint,
            ["precision"] = backbone.Precision.ToString(),
            [ComputedOn] = string.Create(CultureInfo.InvariantCulture, $"{backbone.Device}, {torch.get_num_threads()} threads"),
            ["task"] = mixture.Name,
            ["task fingerprint"] = mixture.Fingerprint,
            ["start prompt"] = start is null ? "none" : Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(start.Values.Span))),
        };
        foreach ((string name, string value) in OptionTexts.Of(options))
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
        bool open = identity.GetValueOrDefault(nameof(TrainingOptions.LearningRateSchedule)) == nameof(LearningRateSchedule.WarmupStableDecay)
            && step <= Number(nameof(TrainingOptions.Steps)) - Number(nameof(TrainingOptions.DecaySteps));
        return open
            ? identity.Where(entry => entry.Key is not (nameof(TrainingOptions.Steps) or nameof(TrainingOptions.DecaySteps))).ToDictionary(StringComparer.Ordinal)
            : identity;

        int Number(string name) => int.Parse(identity[name], CultureInfo.InvariantCulture);
    }

    /// <summary>What differs, in words; <see cref="ComputedOn"/> may.</summary>
    /// <param name="found">Of the checkpoint.</param>
    /// <param name="expected">Of the run.</param>
    public static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> expected)
    {
        // An older checkpoint has the full name of the optimiser in one that has another in it, and not its numbers.
        string[] unknown = [.. found.Where(entry => entry.Value == typeof(AdamWOptions).FullName).Select(entry => entry.Key + ".")];
        return IdentityTexts.Differences(
            OlderTexts.OfRun(found, expected), expected, name => name == ComputedOn || unknown.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)),
            "in the checkpoint", "in this run");
    }
}
