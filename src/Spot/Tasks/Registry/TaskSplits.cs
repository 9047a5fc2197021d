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

    /// <summary>The rows of a split's files, one after another.</summary>
    public static IEnumerable<DataRow> Rows(IEnumerable<string> files, TextFormat? format, TaskLoadOptions options, CancellationToken cancellationToken)
    {
        IEnumerable<DataRow> rows = files.SelectMany(file => DataFile.Read(file, options.Files ?? WithoutHeader(file, format, cancellationToken), cancellationToken));
        return options.MostRows is { } most ? rows.Take(most) : rows;
    }

    /// <summary>The examples that a format makes of a split's files. Test rows that hide their answers are left out.</summary>
    /// <exception cref="InvalidDataException">A file is damaged or does not fit the format, or an answer is hidden in another split than test.</exception>
    public static IEnumerable<TextExample> Examples(
        IEnumerable<string> files, string split, TextFormat format, TaskLoadOptions options, CancellationToken cancellationToken)
    {
        foreach (DataRow row in Rows(files, format, options, cancellationToken))
        {
            bool hidden = format.IsHidden(row);
            IReadOnlyList<TextExample> examples = hidden && split == "test" ? [] : format.Apply(row, split == "train", options.Prefix);
            if (hidden && split != "test" && format.NeedsAnswer)
            {
                string labels = format.Labels.Count == 0 ? "one" : $"one of {string.Join(", ", format.Labels)}";
                throw new InvalidDataException($"{row.Place}: found no label (−1 or missing), expected {labels}. Only test data may hide their labels.");
            }

            foreach (TextExample example in examples)
            {
                yield return example;
            }
        }
    }

    // GLUE's CoLA has a header in its test file only.
    private static DataFileOptions? WithoutHeader(string file, TextFormat? format, CancellationToken cancellationToken)
    {
        if (format?.Columns is not { } columns || DataFile.FormatOf(file) is not (DataFileFormat.Csv or DataFileFormat.Tsv))
        {
            return null;
        }

        DataRow first = DataFile.Read(file, new DataFileOptions { HasHeader = false }, cancellationToken).First();
        return first.Fields.Any(field => columns.Contains(field.Value!.GetValue<string>(), StringComparer.Ordinal)) ? null : new DataFileOptions { HasHeader = false, Columns = columns };
    }
}
