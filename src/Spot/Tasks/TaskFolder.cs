namespace Spot.Tasks;

/// <summary>Reads a task from a folder: task.json and a data file for each of train, validation (or dev) and, if there, test.</summary>
/// <remarks>
/// task.json: <c>{"name": "films", "family": "sentiment", "labels": ["positive", "negative"]}</c>; without it the folder's name is the
/// task's, and the labels are the targets of the training examples where there are at most <see cref="MostInferredLabels"/> different ones.
/// Data files may have any format of <see cref="DataFile"/>, for example train.jsonl or train.csv.gz. Their rows have the fields <c>input</c> and
/// <c>target</c>, or others if task.json says how to write them: <c>"format": {"input": "title: {title} text: {body}", "target": "stars",
/// "labels": {"1": "bad", "5": "good"}}</c>, as for <see cref="TextFormat.Load"/>.
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

        TaskCard card = TaskCard.Read(Path.Combine(folder, "task.json"));
        List<TextExample> train = ReadSplit(folder, "train", required: true, card);
        string[] labels = card.Labels ?? InferLabels(train);
        List<TextExample> validation = ReadSplit(folder, "validation", required: true, card with { Labels = labels });
        List<TextExample> test = ReadSplit(folder, "test", required: false, card with { Labels = labels });
        string name = card.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        try
        {
            return new TextTask(name, labels, train, validation, test, card.Family, card.Format?.Metrics);
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
            .Where(path => DataFile.Find(path, "train").Count > 0).Order(StringComparer.Ordinal)];
        return folders.Length > 0
            ? [.. folders.Select(Load)]
            : throw new InvalidDataException($"'{Path.GetFullPath(folder)}' holds no task folder; expected at least one with train.jsonl and validation.jsonl.");
    }

    private static string[] InferLabels(List<TextExample> train)
    {
        string[] targets = [.. train.Select(example => example.Target).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return targets.Length <= MostInferredLabels ? targets : [];
    }

    private static List<TextExample> ReadSplit(string folder, string split, bool required, TaskCard card)
    {
        IReadOnlyList<string> files = TaskSplits.Find(folder, split);
        if (files.Count == 0 && required)
        {
            string expected = Path.Combine(folder, split + ".jsonl");
            throw new FileNotFoundException($"No {split} examples: expected '{expected}' with one {{\"input\": …, \"target\": …}} a line, or another data file of that name.", expected);
        }

        TaskLoadOptions options = new();
        return card.Format is { } format
            ? [.. TaskSplits.Examples(files, split, format, options, CancellationToken.None)]
            : [.. TaskSplits.Rows(files, null, options, CancellationToken.None).Select(row => ReadExample(row, card.Labels))];
    }

    private static TextExample ReadExample(DataRow row, string[]? labels)
    {
        TextExample example = new(Fields.Text(row, "input"), Fields.Text(row, "target"));
        return labels is null || labels.Length == 0 || labels.Contains(example.Target, StringComparer.Ordinal)
            ? example
            : throw new InvalidDataException(
                $"{row.Place}: found the target '{example.Target}', expected one of {string.Join(", ", labels.Select(label => $"'{label}'"))}. " +
                "Correct the row, or add the label to task.json.");
    }
}
