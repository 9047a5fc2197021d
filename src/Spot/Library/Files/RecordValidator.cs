using System.Text;

namespace Spot.Library;

/// <summary>Whether a record agrees with itself and can be written without loss.</summary>
internal static class RecordValidator
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The id is not allowed, or the record contradicts itself.</exception>
    internal static void Check(PromptRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        PromptInfo info = record.Info;
        PromptId.Check(info.Id);
        Same(info, "length", info.Length, "prompt", record.Prompt.Length);
        Same(info, "width", info.Dim, "prompt", record.Prompt.Dim);
        Same(info, "backbone", info.BackboneFingerprint, "prompt", record.Prompt.BackboneFingerprint);
        Same(info, "embedding step", info.EmbeddingStep, "embedding", record.Embedding?.Step);
        if (record.Embedding is TaskEmbedding embedding)
        {
            Same(info, "task", info.Task, "embedding", embedding.Task);
            Same(info, "width", info.Dim, "embedding", embedding.Prompt.Dim);
            Same(info, "backbone", info.BackboneFingerprint, "embedding", embedding.Prompt.BackboneFingerprint);
            Same(info, "length of the embedding", embedding.Prompt.Length, "start", (embedding.Start ?? embedding.Prompt).Length);
            Same(info, "width", info.Dim, "start", (embedding.Start ?? embedding.Prompt).Dim);
            Same(info, "backbone", info.BackboneFingerprint, "start", (embedding.Start ?? embedding.Prompt).BackboneFingerprint);
        }

        CheckContent(info);
    }

    private static void Same<T>(PromptInfo info, string what, T said, string of, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(said, found))
        {
            throw new ArgumentException(
                $"Record '{info.Id}' contradicts itself: found {what} {Text(found)} in its {of}, expected {Text(said)} as its info says. " +
                "Make the info of the same prompt.");
        }
    }

    private static string Text<T>(T value) => value is null ? "none" : $"'{value}'";

    private static void CheckContent(PromptInfo info)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(info.Task);
        foreach ((string name, double value) in info.Metrics)
        {
            if (!double.IsFinite(value))
            {
                throw new ArgumentException($"Record '{info.Id}': found the metric '{name}' = {value}, expected a finite number. Leave it out.");
            }
        }

        if (info.MaxInputLength < 1 || info.MaxTargetLength < 1)
        {
            throw new ArgumentException(
                $"Record '{info.Id}': found the lengths {info.MaxInputLength} and {info.MaxTargetLength}, expected at least 1 each. Leave out what is not known.");
        }

        if (info.CalibrationTemperature is { } temperature && !(double.IsFinite(temperature) && temperature > 0))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"Record '{info.Id}': found the calibration temperature {temperature}, expected a finite number above 0. Leave it null where none was fitted."));
        }

        string?[] texts =
        [
            .. info.Lineage, .. info.Labels, .. info.Metrics.Keys, .. info.Options.Keys, .. info.Options.Values,
            info.Task, info.Family ?? "", info.BackboneFingerprint, info.BackboneName ?? "", info.License ?? "", info.Note ?? "",
        ];
        foreach (string? text in texts)
        {
            try
            {
                Strict.GetByteCount(text ?? throw new ArgumentException($"Record '{info.Id}': found a null in its lineage, labels or options, expected texts."));
            }
            catch (EncoderFallbackException exception)
            {
                throw new ArgumentException($"Record '{info.Id}': a text holds half a surrogate pair, which no file can hold. Correct it.", exception);
            }
        }
    }
}
