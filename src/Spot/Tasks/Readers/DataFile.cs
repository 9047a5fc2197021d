namespace Spot.Tasks;

/// <summary>Reads the rows of a data file: JSON lines, JSON array, CSV, TSV, Parquet or plain text, each also compressed with gzip.</summary>
/// <remarks>
/// Rows are streamed. Text is UTF-8, with or without a byte order mark; anything else is an error, as is whatever cannot be read:
/// <see cref="InvalidDataException"/>, whose message names the file and the line or row.
/// </remarks>
public static class DataFile
{
    private const string Gzip = ".gz";

    private static readonly (string Extension, DataFileFormat Format)[] Extensions =
    [
        (".jsonl", DataFileFormat.JsonLines), (".ndjson", DataFileFormat.JsonLines), (".json", DataFileFormat.JsonArray), (".csv", DataFileFormat.Csv),
        (".tsv", DataFileFormat.Tsv), (".parquet", DataFileFormat.Parquet), (".txt", DataFileFormat.Text),
    ];

    private static string Known => string.Join(", ", Extensions.Select(known => known.Extension)) + $", each also with {Gzip}";

    /// <summary>Reads a file row by row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="cancellationToken">Checked at every row.</param>
    /// <returns>The rows in the order of the file, read while they are enumerated. A file without any is an error.</returns>
    /// <exception cref="ArgumentException">The options are wrong, or the file's name tells no format and the options do not either.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The path is a folder's; while enumerating, the file is damaged or empty or not in the format.</exception>
    public static IEnumerable<DataRow> Read(string path, DataFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new DataFileOptions();
        if (Directory.Exists(path))
        {
            throw new InvalidDataException($"'{path}' is a folder; expected a file. {nameof(Find)} tells the file of a split in a folder.");
        }

        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"No data file '{path}'.", path);
        }

        DataFileSettings settings = DataFileSettings.From(path, options.Format ?? FormatOf(path), options);
        return Rows(settings, mayBeLines: options.Format is null, cancellationToken);
    }

    /// <summary>The format that a file's name tells.</summary>
    /// <param name="path">The file's name or path; it need not exist.</param>
    /// <returns>The format.</returns>
    /// <exception cref="ArgumentException">The name ends in no known extension.</exception>
    public static DataFileFormat FormatOf(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string name = path.EndsWith(Gzip, StringComparison.OrdinalIgnoreCase) ? path[..^Gzip.Length] : path;
        foreach ((string extension, DataFileFormat format) in Extensions)
        {
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            {
                return format;
            }
        }

        throw new ArgumentException($"The name '{path}' tells no format: expected one that ends in {Known}. Rename the file, or set {nameof(DataFileOptions)}.{nameof(DataFileOptions.Format)}.", nameof(path));
    }

    /// <summary>
    /// Finds the file of a split: for <c>train</c>, the one of train.jsonl, train.jsonl.gz, train.csv and so on that exists, or all parts of it, named as data
    /// hubs do: train-00000-of-00002.parquet.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The file's name without extensions.</param>
    /// <returns>Its path, or those of its parts in their order; empty where there is none.</returns>
    /// <exception cref="ArgumentException">The name is empty or holds a separator of folders.</exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">There are several, or some parts are missing.</exception>
    public static IReadOnlyList<string> Find(string folder, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.AsSpan().ContainsAny('/', '\\'))
        {
            throw new ArgumentException($"'{name}' is no name of a file; expected one without folders, for example 'train'.", nameof(name));
        }

        return Directory.Exists(folder)
            ? DataFileParts.Find(folder, name, [.. Extensions.SelectMany(known => new[] { known.Extension, known.Extension + Gzip })])
            : throw new DirectoryNotFoundException($"No folder '{folder}'.");
    }

    private static IEnumerable<DataRow> Rows(DataFileSettings settings, bool mayBeLines, CancellationToken cancellationToken)
    {
        bool any = false;
        using IEnumerator<DataRow> rows = Reader(settings, mayBeLines, cancellationToken).GetEnumerator();
        while (Next(rows, settings.Path, cancellationToken))
        {
            any = true;
            yield return rows.Current with { Path = settings.Path };
        }

        if (!any)
        {
            throw new InvalidDataException($"'{settings.Path}' holds no rows; expected at least one.");
        }
    }

    private static bool Next(IEnumerator<DataRow> rows, string path, CancellationToken cancellationToken)
    {
        try
        {
            bool found = rows.MoveNext();
            cancellationToken.ThrowIfCancellationRequested();
            return found;
        }
        catch (InvalidDataException e) when (GzipDamage.Behind(e, path, cancellationToken) is { } damage)
        {
            throw damage;
        }
    }

    private static IEnumerable<DataRow> Reader(DataFileSettings settings, bool mayBeLines, CancellationToken cancellationToken) => settings.Format switch
    {
        DataFileFormat.Parquet => ParquetRows.Read(settings, cancellationToken),
        DataFileFormat.Csv or DataFileFormat.Tsv => SeparatedRows.Read(settings, cancellationToken),
        DataFileFormat.Text => TextRows.Read(settings, cancellationToken),
        DataFileFormat.JsonArray when !(mayBeLines && JsonRows.IsLines(settings, cancellationToken)) => JsonRows.ReadArray(settings, cancellationToken),
        _ => JsonRows.ReadLines(settings, cancellationToken),
    };
}
