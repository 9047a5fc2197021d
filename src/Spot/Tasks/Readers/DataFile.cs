using System.IO.Compression;

namespace Spot.Tasks;

/// <summary>Reads rows of data files: JSON lines, JSON arrays, CSV, TSV, Parquet and plain text, each also compressed with gzip.</summary>
/// <remarks>Rows are read one by one; memory does not grow with the file (with Parquet: with its row groups). Nothing in a file is executed or fetched.</remarks>
public static class DataFile
{
    private static readonly (string Extension, DataFileFormat Format)[] Extensions =
    [
        (".jsonl", DataFileFormat.JsonLines), (".ndjson", DataFileFormat.JsonLines), (".json", DataFileFormat.JsonArray), (".csv", DataFileFormat.Csv),
        (".tsv", DataFileFormat.Tsv), (".parquet", DataFileFormat.Parquet), (".txt", DataFileFormat.Text),
    ];

    /// <summary>The rows of a file, read as they are asked for.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Checked before every row.</param>
    /// <exception cref="ArgumentException">The file's name does not say its format.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">While rows are read: the file is damaged, empty, or a row is not as expected; the message names file and row.</exception>
    public static IEnumerable<DataRow> Read(string path, DataFileOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new DataFileOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxRowLength, 1, nameof(options));
        DataFileFormat format = options.Format ?? FormatOf(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException(
                Directory.Exists(path) ? $"'{path}' is a folder, expected a data file." : $"No data file '{Path.GetFullPath(path)}'.", path);
        }

        return Rows(path, format, options, cancellationToken);
    }

    /// <summary>The format that a file's name says.</summary>
    /// <param name="path">The file's name, with .gz where it is compressed.</param>
    /// <exception cref="ArgumentException">It says none.</exception>
    public static DataFileFormat FormatOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string name = IsGzip(path) ? path[..^3] : path;
        foreach ((string extension, DataFileFormat format) in Extensions)
        {
            if (name.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
            {
                return format;
            }
        }

        throw new ArgumentException(
            $"The name '{Path.GetFileName(path)}' does not say the file's format; expected {string.Join(", ", Extensions.Select(e => e.Extension))}, or one of them with .gz. DataFileOptions.Format says it too.", nameof(path));
    }

    /// <summary>The data file of a split.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The file's name without extension, for example <c>train</c>.</param>
    /// <returns>Its path; null if there is none.</returns>
    /// <exception cref="InvalidDataException">There are two.</exception>
    public static string? Find(string folder, string name)
    {
        string[] found = [.. Extensions.SelectMany(e => new[] { e.Extension, e.Extension + ".gz" })
            .Select(extension => Path.Combine(folder, name + extension)).Where(File.Exists)];
        return found.Length <= 1 ? found.FirstOrDefault() : throw new InvalidDataException(
            $"'{Path.GetFullPath(folder)}' holds {string.Join(" and ", found.Select(Path.GetFileName))}; expected one file for '{name}'. Move the other one away.");
    }

    private static IEnumerable<DataRow> Rows(string path, DataFileFormat format, DataFileOptions options, CancellationToken cancellationToken)
    {
        using Stream stream = Open(path, format);
        IEnumerable<DataRow> rows = format switch
        {
            DataFileFormat.JsonLines => JsonRows.Lines(stream, path, options),
            DataFileFormat.JsonArray => JsonRows.Array(stream, path, options),
            DataFileFormat.Csv or DataFileFormat.Tsv => DelimitedRows.Read(stream, path, options, tabs: format == DataFileFormat.Tsv),
            DataFileFormat.Parquet => ParquetRows.Read(stream, path),
            DataFileFormat.Text => TextRows(stream, path, options),
            _ => throw new ArgumentOutOfRangeException(nameof(options), format, "There is no such format."),
        };
        bool any = false;
        using IEnumerator<DataRow> row = rows.GetEnumerator();
        while (Next(row, path))
        {
            cancellationToken.ThrowIfCancellationRequested();
            any = true;
            yield return row.Current;
        }

        if (!any)
        {
            throw new InvalidDataException($"'{path}' holds no rows; expected at least one.");
        }
    }

    // What damaged gzip streams throw names no file.
    private static bool Next(IEnumerator<DataRow> rows, string path)
    {
        try
        {
            return rows.MoveNext();
        }
        catch (Exception e) when (IsGzip(path) && e is InvalidDataException or EndOfStreamException && !e.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"'{path}' is no whole gzip file: {e.Message} Its last good row is {rows.Current?.Place ?? "none"}. Download it again.", e);
        }
    }

    private static IEnumerable<DataRow> TextRows(Stream stream, string path, DataFileOptions options)
    {
        LineReader lines = new(stream, path, options.MaxRowLength);
        while (lines.Next() is { } line)
        {
            line = line.TrimEnd('\r');
            if (line.Length > 0)
            {
                yield return new DataRow(new() { ["text"] = line }, lines.Place);
            }
        }
    }

    private static Stream Open(string path, DataFileFormat format)
    {
        FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        if (!IsGzip(path))
        {
            return file;
        }

        GZipStream content = new(file, CompressionMode.Decompress);
        return format == DataFileFormat.Parquet ? ParquetRows.Unpack(content, path) : content;
    }

    private static bool IsGzip(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
}
