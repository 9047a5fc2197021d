using System.Runtime.CompilerServices;

namespace Spot.Tasks;

/// <summary>The splits of a task's folder: their files, rows and examples.</summary>
internal static class TaskSplits
{
    private static readonly string[] SplitNames = ["train", "validation", "test"];
    private static readonly string[] ValidationNames = ["validation", "dev", "val", "validation_matched", "dev_matched"];

    /// <summary>All splits with their files, which may be none.</summary>
    public static IEnumerable<(string Split, IReadOnlyList<string> Files)> Of(string folder) =>
        SplitNames.Select(split => (split, Find(folder, split)));

    /// <summary>The files of a split; empty where there are none. The validation split has several names.</summary>
    public static IReadOnlyList<string> Find(string folder, string split) =>
        (split == "validation" ? ValidationNames : [split]).Select(name => DataFile.Find(folder, name)).FirstOrDefault(files => files.Count > 0) ?? [];

    /// <summary>The rows of a split's files that the format takes, one after another, as many as may be read.</summary>
    /// <remarks>By hand: the operators on asynchronous sequences go back to the caller's thread, which may be waiting.</remarks>
    public static async IAsyncEnumerable<DataRow> RowsAsync(
        IEnumerable<string> files, TextFormat? format, TaskLoadOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int left = options.MaxRows ?? int.MaxValue;
        foreach (string file in left > 0 ? files : [])
        {
            DataFileOptions? how = options.Files ?? await FileOptionsAsync(file, format, cancellationToken).ConfigureAwait(false);
            await foreach (DataRow row in DataFile.ReadAsync(file, how, cancellationToken).ConfigureAwait(false))
            {
                if (format?.Takes(row) ?? true)
                {
                    yield return row;
                    if (--left == 0)
                    {
                        yield break;
                    }
                }
            }
        }
    }

    /// <summary>The examples that a format makes of a split's files. Test rows that hide their answers are left out.</summary>
    /// <exception cref="InvalidDataException">
    /// A file is damaged or does not fit the format, or, in another split than test, an answer is hidden, or a text is empty.
    /// </exception>
    public static async Task<List<TextExample>> ExamplesAsync(
        IEnumerable<string> files, string split, TextFormat format, TaskLoadOptions options, CancellationToken cancellationToken)
    {
        List<TextExample> examples = [];
        await foreach (DataRow row in RowsAsync(files, format, options, cancellationToken).ConfigureAwait(false))
        {
            examples.AddRange(Convert(row, () => Examples(row, split, format, options), cancellationToken));
        }

        return examples;
    }

    /// <summary>Makes something of a row; where that fails and the row's file is damaged, the error says so.</summary>
    public static T Convert<T>(DataRow row, Func<T> convert, CancellationToken cancellationToken)
    {
        try
        {
            return convert();
        }
        catch (InvalidDataException e) when (GzipDamage.Behind(e, row.Path, cancellationToken) is { } damage)
        {
            throw damage;
        }
    }

    /// <summary>Whether an example is used: not if a text is empty and such rows are to be left out.</summary>
    /// <exception cref="InvalidDataException">A text is empty, or holds a NUL character.</exception>
    public static bool IsUsed(DataRow row, TextExample example, TaskLoadOptions options)
    {
        bool empty = ExampleValidator.IsEmpty(example.Input) || ExampleValidator.IsEmpty(example.Target);
        return ExampleValidator.Problem(example) is not { } problem || (empty && options.SkipEmptyRows ? false : throw new InvalidDataException($"{row.Place}: {problem}. {Remedy(empty)}"));
    }

    private static string Remedy(bool empty) => "Correct or remove the row" + (empty ? $", or set {nameof(TaskLoadOptions)}.{nameof(TaskLoadOptions.SkipEmptyRows)}." : ".");

    private static IReadOnlyList<TextExample> Examples(DataRow row, string split, TextFormat format, TaskLoadOptions options)
    {
        bool hidden = format.IsHidden(row);
        if (hidden && split == "test")
        {
            return [];
        }

        IReadOnlyList<TextExample> examples = format.Apply(row, split == "train", options.Prefix);
        if (hidden && format.NeedsAnswer)
        {
            string labels = format.Labels.Count == 0 ? "one" : $"one of {string.Join(", ", format.Labels)}";
            throw new InvalidDataException($"{row.Place}: found no label (−1 or missing), expected {labels}. Only test data may hide their labels.");
        }

        if (format.IsEmpty(row))
        {
            return options.SkipEmptyRows ? [] : throw new InvalidDataException($"{row.Place}: found nothing in the fields of the input, expected a text. {Remedy(empty: true)}");
        }

        return [.. examples.Where(example => IsUsed(row, example, options))];
    }

    private static async ValueTask<DataFileOptions?> FileOptionsAsync(string file, TextFormat? format, CancellationToken cancellationToken)
    {
        if (format is null or { Columns: null, Separator: null } || DataFile.FormatOf(file) is not (DataFileFormat.Csv or DataFileFormat.Tsv))
        {
            return null;
        }

        DataFileOptions headed = new() { Separator = format.Separator }, headless = new() { Separator = format.Separator, HasHeader = false, Columns = format.Columns };
        return format.Columns is { } columns && !await HasHeaderAsync(file, columns, headless, cancellationToken).ConfigureAwait(false) ? headless : headed;
    }

    // GLUE's CoLA has a header in its test file only.
    private static async ValueTask<bool> HasHeaderAsync(string file, IReadOnlyList<string> columns, DataFileOptions headless, CancellationToken cancellationToken)
    {
        DataFileOptions any = new() { Separator = headless.Separator, HasHeader = false };
        DataRow first = await DataFile.ReadAsync(file, any, cancellationToken).FirstAsync(cancellationToken).ConfigureAwait(false);
        return first.Fields.Any(field => columns.Contains(field.Value!.GetValue<string>(), StringComparer.Ordinal));
    }
}
