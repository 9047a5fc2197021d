using System.Globalization;

namespace Spot.Serialization;

/// <summary>Reads what files of earlier versions say of their options in the words of this one.</summary>
internal static class OlderTexts
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["Decay"] = nameof(TrainingOptions.LearningRateSchedule),
        ["EvaluateStart"] = nameof(TrainingOptions.EvaluateBeforeTraining),
        ["ExchangeLabelRows"] = nameof(TuningOptions.OverwriteWithLabelRows),
        ["SampledVocabulary"] = nameof(TuningOptions.SampledVocabularySize),
        ["ScaleByParameter"] = nameof(AdafactorOptions.ScaleParameter),
    };

    // Options of prompts and of models were one class: of the other kind's only those that it has count.
    private static readonly string[] Moved =
    [
        nameof(TuningOptions.PromptLength), nameof(TuningOptions.Initialization), nameof(TuningOptions.SampledVocabularySize), nameof(TuningOptions.InitialText),
        nameof(TuningOptions.OverwriteWithLabelRows), nameof(TuningOptions.EmbeddingStep),
        nameof(ModelTuningOptions.TaskPromptLength), nameof(ModelTuningOptions.TaskPromptOptimizer),
    ];

    /// <summary>The options of a run.</summary>
    /// <param name="found">What the file says.</param>
    /// <param name="expected">What this version says of the same; names that it does not have may be dropped.</param>
    public static Dictionary<string, string> OfRun(IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> expected)
    {
        Dictionary<string, string> read = new(StringComparer.Ordinal);
        foreach ((string key, string value) in found)
        {
            int last = key.LastIndexOf('.') + 1;
            string name = key[..last] + Names.GetValueOrDefault(key[last..], key[last..]);
            bool dropped = !expected.ContainsKey(name) && (Moved.Contains(name.Split('.')[0]) || name.EndsWith(".Others", StringComparison.Ordinal));
            if (!dropped)
            {
                read[name] = name == nameof(TrainingOptions.LearningRateSchedule) && value == "StableLinear" ? nameof(LearningRateSchedule.WarmupStableDecay) : value;
            }
        }

        return read;
    }

    /// <summary>The options of a unit of a study: they stand behind <c>source</c> or <c>target</c>, enumerations were numbers and the optimiser's had another place.</summary>
    /// <param name="found">What the file says.</param>
    /// <param name="expected">What this version says of the same.</param>
    public static Dictionary<string, string> OfStudy(IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> expected)
    {
        Dictionary<string, string> read = found.Where(entry => !IsOption(entry.Key, out _)).ToDictionary(StringComparer.Ordinal);
        foreach (string prefix in new[] { "source ", "target " })
        {
            Dictionary<string, string> options = found.Where(entry => IsOption(entry.Key, out string of) && of == prefix).ToDictionary(
                entry => entry.Key[prefix.Length..].Replace("optimizer ", "Optimizer.", StringComparison.Ordinal), entry => entry.Value, StringComparer.Ordinal);
            Dictionary<string, string> own = expected.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(
                entry => entry.Key[prefix.Length..], entry => entry.Value, StringComparer.Ordinal);
            foreach ((string name, string value) in OfRun(options, own))
            {
                read[prefix + name] = value.Length == 0 ? OptionTexts.None : Named(name, value);
            }
        }

        return read;
    }

    private static bool IsOption(string key, out string prefix)
    {
        prefix = key.Length > 7 ? key[..7] : "";
        return prefix is "source " or "target " && key[7..] != "task";
    }

    private static string Named(string name, string value) => !int.TryParse(value, CultureInfo.InvariantCulture, out int number) ? value : name switch
    {
        nameof(TuningOptions.Initialization) => ((PromptInitialization)number).ToString(),
        nameof(TrainingOptions.LearningRateSchedule) => ((LearningRateSchedule)number).ToString(),
        nameof(TrainingOptions.LossReduction) => ((LossReduction)number).ToString(),
        nameof(TrainingOptions.EvaluationMethod) => ((EvaluationMethod)number).ToString(),
        _ => value,
    };
}
