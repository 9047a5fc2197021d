using System.Text.Json;

namespace Spot.Tasks;

/// <summary>Reads a task from a folder: task.json, train.jsonl, validation.jsonl and, if there, test.jsonl.</summary>
/// <remarks>
/// task.json: <c>{"name": "films", "family": "sentiment", "labels": ["positive", "negative"]}</c>; without it the folder's name is the
/// task's, and the labels are the targets of the training examples where there are at most <see cref="MostInferredLabels"/> different ones.
/// Each line of a .jsonl file: <c>{"input": "…", "target": "…"}</c>; other fields are ignored.
/// </remarks>
public static class TaskFolder
{
    /// <summary>With more distinct targets than this a task without task.json counts as free-form.</summary>
    public const int MostInferredLabels = 32;

    /// <summary>Reads a task.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The task.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">train.jsonl or validation.jsonl is missing.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or empty, a target is not among the labels (the message names file and line), or the labels repeat.</exception>
    public static TextTask Load(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"No task folder '{Path.GetFullPath(folder)}'. Expected train.jsonl and validation.jsonl in it.");
        }

        (string? name, string? family, string[]? labels) = ReadCard(Path.Combine(folder, "task.json"));
        List<TextExample> train = ReadSplit(folder, "train", required: true, labels);
        labels ??= InferLabels(train);
        List<TextExample> validation = ReadSplit(folder, "validation", required: true, labels);
        List<TextExample> test = ReadSplit(folder, "test", required: false, labels);
        name ??= Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        try
        {
            return new TextTask(name, labels, train, validation, test, family);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"'{Path.GetFullPath(folder)}' holds no usable task: {e.Message}", e);
        }
    }

    /// <summary>Reads every task folder below a folder, in ordinal order of their names.</summary>
    /// <param name="folder">The folder that holds task folders.</param>
    /// <returns>The tasks.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no task folder, or one is damaged.</exception>
    public static IReadOnlyList<TextTask> LoadAll(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"No folder '{Path.GetFullPath(folder)}'. Expected one that holds task folders.");
        }

        string[] folders = [.. Directory.GetDirectories(folder)
            .Where(path => File.Exists(Path.Combine(path, "train.jsonl"))).Order(StringComparer.Ordinal)];
        return folders.Length > 0
            ? [.. folders.Select(Load)]
            : throw new InvalidDataException($"'{Path.GetFullPath(folder)}' holds no task folder; expected at least one with train.jsonl and validation.jsonl.");
    }

    private static (string? Name, string? Family, string[]? Labels) ReadCard(string path)
    {
        if (!File.Exists(path))
        {
            return default;
        }

        try
        {
            using JsonDocument card = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = card.RootElement;
            string[]? labels = root.TryGetProperty("labels", out JsonElement list)
                ? [.. list.EnumerateArray().Select(label => label.GetString() ?? throw new InvalidOperationException("a label is null"))]
                : null;
            return (Text(root, "name"), Text(root, "family"), labels);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"'{path}' is no task card (an object with name, family and a list of labels): {e.Message}", e);
        }
    }

    private static string? Text(JsonElement root, string field) => root.TryGetProperty(field, out JsonElement value) ? value.GetString() : null;

    private static string[] InferLabels(List<TextExample> train)
    {
        string[] targets = [.. train.Select(example => example.Target).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return targets.Length <= MostInferredLabels ? targets : [];
    }

    private static List<TextExample> ReadSplit(string folder, string split, bool required, string[]? labels)
    {
        string path = Path.Combine(folder, split + ".jsonl");
        if (!File.Exists(path))
        {
            return required
                ? throw new FileNotFoundException($"No {split} examples: expected '{path}' with one {{\"input\": …, \"target\": …}} a line.", path)
                : [];
        }

        List<TextExample> examples = [];
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                examples.Add(ReadExample(line, path, number, labels));
            }
        }

        return examples.Count > 0 ? examples : throw new InvalidDataException($"'{path}' is empty; expected at least one example.");
    }

    private static TextExample ReadExample(string line, string path, int number, string[]? labels)
    {
        TextExample example;
        try
        {
            using JsonDocument row = JsonDocument.Parse(line);
            example = new TextExample(
                row.RootElement.GetProperty("input").GetString() ?? throw new InvalidOperationException("'input' is null"),
                row.RootElement.GetProperty("target").GetString() ?? throw new InvalidOperationException("'target' is null"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException($"'{path}', line {number}: expected {{\"input\": \"…\", \"target\": \"…\"}}: {e.Message}", e);
        }

        return labels is null || labels.Length == 0 || labels.Contains(example.Target, StringComparer.Ordinal)
            ? example
            : throw new InvalidDataException(
                $"'{path}', line {number}: found the target '{example.Target}', expected one of {string.Join(", ", labels.Select(label => $"'{label}'"))}. " +
                "Correct the row, or add the label to task.json.");
    }
}
