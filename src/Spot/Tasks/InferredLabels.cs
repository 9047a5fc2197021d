using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spot.Tasks;

/// <summary>The labels of a task that declares none: the targets of its training examples.</summary>
internal static class InferredLabels
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>The labels in ordinal order; none where there are too many for that.</returns>
    /// <exception cref="InvalidDataException">There is only one, or two are near each other.</exception>
    public static string[] Of(IReadOnlyList<TextExample> train, IReadOnlyList<string> files, TaskLoadOptions options)
    {
        Dictionary<string, int> counts = train.CountBy(example => example.Target, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        if (counts.Count > TaskFolder.MaxInferredLabels)
        {
            return [];
        }

        string[] labels = [.. counts.Keys.Order(StringComparer.Ordinal)];
        if (labels.Length == 1)
        {
            throw new InvalidDataException(
                $"'{files[0]}': found the target '{labels[0]}' in every row, expected at least two labels. Add rows of the others, or declare all in task.json: {{\"labels\": [{Text(labels[0])}, …]}}, or {{\"labels\": []}} for free-form targets.");
        }

        foreach ((string odd, string usual, string difference) in NearLabels.Find(counts))
        {
            throw new InvalidDataException(
                $"{PlaceOf(odd, files, options)}: found the target '{odd}' ({Rows(counts[odd])}), which differs from '{usual}' ({Rows(counts[usual])}) {difference}; expected labels that are no variants of each other. " +
                $"Correct the rows, or, if both are meant, declare the labels in task.json: {{\"labels\": [{string.Join(", ", labels.Select(Text))}]}}, or {{\"labels\": []}} for free-form targets.");
        }

        return labels;
    }

    private static string Text(string label) => JsonSerializer.Serialize(label, Json);

    private static string Rows(int count) => count == 1 ? "1 row" : $"{count} rows";

    private static string PlaceOf(string target, IReadOnlyList<string> files, TaskLoadOptions options) =>
        TaskSplits.Rows(files, null, options, CancellationToken.None).First(row => Fields.Text(row, "target") == target).Place;
}
