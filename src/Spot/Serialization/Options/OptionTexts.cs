using System.Text.Json;

namespace Spot.Serialization;

/// <summary>Options as texts by name: what a run, a unit of a study and a kept prompt say about how they were made.</summary>
/// <remarks>
/// By generated code over all public options, so that none that is added later is forgotten. An optimiser is the name of its options, and each of its
/// own after a dot: <c>Optimizer</c>, <c>Optimizer.LearningRate</c>.
/// </remarks>
internal static class OptionTexts
{
    /// <summary>The text of an option that is not set.</summary>
    public const string None = "none";

    /// <summary>The property that says of which class an optimiser's options are.</summary>
    internal const string Kind = "Kind";

    // What changes nothing of what is computed, or what the backbone's own identity says.
    private static readonly string[] Ignored =
    [
        nameof(TrainingOptions.RunFolder), nameof(TrainingOptions.CheckpointEvery), nameof(TuningOptions.KeepCheckpoints),
        nameof(ModelTuningOptions.Precision), nameof(ModelTuningOptions.StoredPrecision),
    ];

    /// <summary>The options that change what is computed.</summary>
    /// <param name="options">The options.</param>
    public static SortedDictionary<string, string> Of(TrainingOptions options)
    {
        JsonElement json = options switch
        {
            TuningOptions ofPrompt => JsonSerializer.SerializeToElement(ofPrompt, OptionsJson.Default.TuningOptions),
            ModelTuningOptions ofModel => JsonSerializer.SerializeToElement(ofModel, OptionsJson.Default.ModelTuningOptions),
            _ => throw new ArgumentException($"Found {options.GetType().Name}, expected options of a prompt or of a model.", nameof(options)),
        };
        SortedDictionary<string, string> texts = new(StringComparer.Ordinal);
        Add(texts, "", json);
        return texts;
    }

    private static void Add(SortedDictionary<string, string> texts, string prefix, JsonElement options)
    {
        foreach (JsonProperty option in options.EnumerateObject().Where(option => prefix.Length > 0 || !Ignored.Contains(option.Name)))
        {
            string name = option.Name == Kind ? prefix.TrimEnd('.') : prefix + option.Name;
            switch (option.Value.ValueKind)
            {
                case JsonValueKind.Object:
                    Add(texts, name + ".", option.Value);
                    break;
                case JsonValueKind.Null:
                    texts[name] = None;
                    break;
                default:
                    texts[name] = option.Value.ToString(); // numbers as they are written, True and False
                    break;
            }
        }
    }
}
