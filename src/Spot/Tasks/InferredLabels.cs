using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spot.Tasks;

/// <summary>The labels of a task that declares none: the targets of its training examples.</summary>
internal static class InferredLabels
{
    /// <returns>The labels in ordinal order; none where there are too many for that.</returns>
    /// <exception cref="InvalidDataException">There is only one, or two are near each other.</exception>
    public static async ValueTask<string[]> OfAsync(
        IReadOnlyList<TextExample> train, IReadOnlyList<string> files, TaskLoadOptions options, CancellationToken cancellationToken)
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
            DataRow row = await TaskSplits.RowsAsync(files, null, options, cancellationToken)
                .FirstAsync(row => Fields.Text(row, "target") == odd, cancellationToken).ConfigureAwait(false);
            throw new InvalidDataException(
                $"{row.Place}: found the target '{odd}' ({Rows(counts[odd])}), which differs from '{usual}' ({Rows(counts[usual])}) {difference}; expected labels that are no variants of each other. " +
                $"Correct the rows, or, if both are meant, declare the labels in task.json: {{\"labels\": [{string.Join(", ", labels.Select(Text))}]}}, or {{\"labels\": []}} for free-form targets.");
        }

        return labels;
    }

    private static string Text(string label) => $"\"{JsonEncodedText.Encode(label, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    private static string Rows(int count) => count == 1 ? "1 row" : $"{count} rows";
}
