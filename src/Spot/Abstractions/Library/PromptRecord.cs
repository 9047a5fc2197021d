using System.Globalization;

namespace Spot;

/// <summary>An entry of a prompt library: the key is a task embedding, the value the task's best prompt (SPoT §3.1, Figure 2).</summary>
/// <param name="Info">What is known of the prompt.</param>
/// <param name="Prompt">The best prompt.</param>
/// <param name="Embedding">The task embedding; null for a prompt that search should not find.</param>
/// <remarks>Immutable; safe to share between threads.</remarks>
public sealed record PromptRecord(PromptInfo Info, SoftPrompt Prompt, TaskEmbedding? Embedding)
{
    /// <summary>Makes a record of a finished run.</summary>
    /// <param name="task">The task, or the mixture, that was tuned.</param>
    /// <param name="result">The run's result.</param>
    /// <param name="id">The id in the library; null for <c>task-seed</c>.</param>
    /// <param name="lineage">The ids of the prompts that the run started from.</param>
    /// <returns>A record whose value is the best prompt and whose key is the early checkpoint.</returns>
    public static PromptRecord FromTuning(TaskMixture task, TuningResult result, string? id = null, IReadOnlyList<string>? lineage = null) => new(
        new PromptInfo
        {
            Id = id ?? $"{task.Name}-{result.Seed}",
            Task = task.Name,
            Family = task.Family,
            BackboneFingerprint = result.Best.BackboneFingerprint,
            BackboneName = result.BackboneName,
            Length = result.Best.Length,
            Dim = result.Best.Dim,
            EmbeddingStep = result.Embedding?.Step,
            Step = result.BestStep,
            Seed = result.Seed,
            Options = result.Options,
            Metrics = Metrics(result),
            Lineage = lineage ?? [],
            Labels = task.Labels,
            MaxInputLength = Length(result, nameof(TrainingOptions.MaxInputLength)),
            MaxTargetLength = Length(result, nameof(TrainingOptions.MaxTargetLength)),
            EvaluationMethod = result.Options.TryGetValue(nameof(TrainingOptions.EvaluationMethod), out string? method)
                && Enum.TryParse(method, out EvaluationMethod parsed) ? parsed : null,
            CalibrationTemperature = result.Evaluations.FirstOrDefault(evaluation => evaluation.Step == result.BestStep)?.CalibrationTemperature,
            Created = DateTimeOffset.UtcNow,
        },
        result.Best,
        result.Embedding);

    private static int? Length(TuningResult result, string option) =>
        result.Options.TryGetValue(option, out string? text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int length) ? length : null;

    // Undefined ones are left out: JSON has no NaN.
    private static Dictionary<string, double> Metrics(TuningResult result) =>
        result.Evaluations.Where(evaluation => evaluation.Step == result.BestStep).SelectMany(evaluation => evaluation.Metrics)
            .Append(new KeyValuePair<string, double>("score", result.BestScore))
            .Where(metric => double.IsFinite(metric.Value))
            .ToDictionary(metric => metric.Key, metric => metric.Value);
}
