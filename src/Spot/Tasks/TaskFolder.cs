namespace Spot.Tasks;

/// <summary>Reads a task from a folder: task.json and a data file for each of train, validation (or dev) and, if there, test.</summary>
/// <remarks>
/// task.json, whose keys are all optional: <c>{"name": "films", "family": "sentiment", "labels": ["positive", "negative"]}</c>; without it the folder's name is the
/// task's, and the labels are the targets of the training examples where there are at most <see cref="MaxInferredLabels"/> different ones, none of which
/// looks like another one misspelt.
/// Data files may have any format of <see cref="DataFile"/>, for example train.jsonl or train.csv.gz. Their rows have the fields <c>input</c> and
/// <c>target</c>, or others if task.json says how to write them: <c>"format": {"input": "title: {title} text: {body}", "target": "stars",
/// "labels": {"1": "bad", "5": "good"}}</c>, as for <see cref="TextFormat.Load"/>.
/// </remarks>
public static class TaskFolder
{
    /// <summary>With more distinct targets than this a task without task.json counts as free-form.</summary>
    public const int MaxInferredLabels = 32;

    private static readonly string[] FieldNames = ["input", "target"];

    /// <summary>Reads a task; the thread waits. Asynchronous code takes <see cref="LoadAsync"/>.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    public static TextTask Load(string folder, TaskLoadOptions? options = null) => ReadAsync(folder, options, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Reads a task.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">How its files are read; null for the defaults.</param>
    /// <param name="cancellationToken">Checked while reading.</param>
    /// <returns>The task.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">train.jsonl or validation.jsonl is missing.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is damaged or empty; task.json has an unknown key; an input or target is empty or holds a NUL character, or a target is not among the
    /// labels (the message names file and line); labels that nobody declared are near each other; there is one label, or labels repeat.
    /// </exception>
    public static Task<TextTask> LoadAsync(string folder, TaskLoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        TaskLoadOptions own = TaskLoadOptions.CopyOf(options);
        return Task.Run(() => ReadAsync(folder, own, cancellationToken), cancellationToken);
    }

    /// <summary>Reads every task folder below a folder, in ordinal order of their names; the thread waits.</summary>
    /// <inheritdoc cref="LoadAllAsync"/>
    public static IReadOnlyList<TextTask> LoadAll(string folder, TaskLoadOptions? options = null) =>
        ReadAllAsync(folder, options, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>Reads every task folder below a folder, in ordinal order of their names.</summary>
    /// <param name="folder">The folder that holds task folders.</param>
    /// <param name="options">How files are read; null for the defaults.</param>
    /// <param name="cancellationToken">Checked while reading.</param>
    /// <returns>The tasks.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It holds no task folder, or one is damaged.</exception>
    public static Task<IReadOnlyList<TextTask>> LoadAllAsync(string folder, TaskLoadOptions? options = null, CancellationToken cancellationToken = default)
    {
        TaskLoadOptions own = TaskLoadOptions.CopyOf(options);
        return Task.Run(() => ReadAllAsync(folder, own, cancellationToken), cancellationToken);
    }

    private static async Task<IReadOnlyList<TextTask>> ReadAllAsync(string folder, TaskLoadOptions? options, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"No folder '{Path.GetFullPath(folder)}'. Expected one that holds task folders.");
        }

        List<TextTask> tasks = [];
        foreach (string path in Directory.GetDirectories(folder).Where(path => DataFile.Find(path, "train").Count > 0).Order(StringComparer.Ordinal))
        {
            tasks.Add(await ReadAsync(path, options, cancellationToken).ConfigureAwait(false));
        }

        return tasks.Count > 0
            ? tasks
            : throw new InvalidDataException($"'{Path.GetFullPath(folder)}' holds no task folder; expected at least one with train.jsonl and validation.jsonl.");
    }

    private static async Task<TextTask> ReadAsync(string folder, TaskLoadOptions? options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"No task folder '{Path.GetFullPath(folder)}'. Expected train.jsonl and validation.jsonl in it.");
        }

        options ??= new TaskLoadOptions();
        TaskCard card = TaskCard.Read(Path.Combine(folder, "task.json"));
        List<TextExample> train = await ReadSplitAsync(folder, "train", required: true, card, options, cancellationToken).ConfigureAwait(false);
        string[] labels = card.Labels
            ?? await InferredLabels.OfAsync(train, TaskSplits.Find(folder, "train"), options, cancellationToken).ConfigureAwait(false);
        TaskCard labelled = card with { Labels = labels };
        List<TextExample> validation = await ReadSplitAsync(folder, "validation", required: true, labelled, options, cancellationToken).ConfigureAwait(false);
        List<TextExample> test = await ReadSplitAsync(folder, "test", required: false, labelled, options, cancellationToken).ConfigureAwait(false);
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

    private static async Task<List<TextExample>> ReadSplitAsync(
        string folder, string split, bool required, TaskCard card, TaskLoadOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> files = TaskSplits.Find(folder, split);
        if (files.Count == 0 && required)
        {
            string expected = Path.Combine(folder, split + ".jsonl");
            throw new FileNotFoundException($"No {split} examples: expected '{expected}' with one {{\"input\": …, \"target\": …}} a line, or another data file of that name.", expected);
        }

        if (card.Format is { } format)
        {
            return await TaskSplits.ExamplesAsync(files, split, format, options, cancellationToken).ConfigureAwait(false);
        }

        List<TextExample> examples = [];
        await foreach (DataRow row in TaskSplits.RowsAsync(files, null, options, cancellationToken).ConfigureAwait(false))
        {
            if (Array.Find(FieldNames, name => !row.Fields.ContainsKey(name)) is { } missing)
            {
                string hint = await CardGuess.HintAsync(row, card, TaskSplits.Find(folder, "train"), options.Files, cancellationToken).ConfigureAwait(false);
                InvalidDataException error = new(Fields.Missing(row, missing).Message + hint);
                throw GzipDamage.Behind(error, row.Path, cancellationToken) ?? error;
            }

            examples.AddRange(TaskSplits.Convert(row, () => ReadExample(row, card, options), cancellationToken));
        }

        return examples;
    }

    private static TextExample[] ReadExample(DataRow row, TaskCard card, TaskLoadOptions options)
    {
        TextExample example = new(Fields.Text(row, "input"), Fields.Text(row, "target"));
        if (!TaskSplits.IsUsed(row, example, options))
        {
            return [];
        }

        string[]? labels = card.Labels;
        return labels is null || labels.Length == 0 || labels.Contains(example.Target, StringComparer.Ordinal)
            ? [example]
            : throw new InvalidDataException(
                $"{row.Place}: found the target '{example.Target}', expected one of {string.Join(", ", labels.Select(label => $"'{label}'"))}. " +
                "Correct the row, or add the label to task.json.");
    }
}
