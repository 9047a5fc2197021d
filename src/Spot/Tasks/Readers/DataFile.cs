using System.Diagnostics.CodeAnalysis;

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
    /// <remarks>For Parquet the thread waits for asynchronous reads: asynchronous code takes <see cref="ReadAsync"/>.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="cancellationToken">Checked at every row.</param>
    /// <returns>The rows in the order of the file, read while they are enumerated. A file without any is an error.</returns>
    /// <exception cref="ArgumentException">The options are wrong, or the file's name tells no format and the options do not either.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The path is a folder's; while enumerating, the file is damaged or empty or not in the format.</exception>
    public static IEnumerable<DataRow> Read(string path, DataFileOptions? options = null, CancellationToken cancellationToken = default) =>
        FileRows.Read(Settings(path, ref options), mayBeLines: options.Format is null, cancellationToken);

    /// <summary>Reads a file row by row, without keeping the caller's thread.</summary>
    /// <remarks>Text is read and taken apart on a thread of the pool, a few rows ahead of the one that is given; Parquet is read asynchronously, a row group at a time.</remarks>
    /// <param name="path">The file.</param>
    /// <param name="options">How to read it; null for the defaults.</param>
    /// <param name="cancellationToken">Checked at every row.</param>
    /// <returns>The rows in the order of the file, read while they are enumerated. A file without any is an error.</returns>
    /// <exception cref="ArgumentException">The options are wrong, or the file's name tells no format and the options do not either.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The path is a folder's; while enumerating, the file is damaged or empty or not in the format.</exception>
    public static IAsyncEnumerable<DataRow> ReadAsync(string path, DataFileOptions? options = null, CancellationToken cancellationToken = default) =>
        FileRows.ReadAsync(Settings(path, ref options), mayBeLines: options.Format is null, cancellationToken);

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

    /// <summary>Whether a file's name tells its format.</summary>
    internal static bool IsKnown(string path) =>
        Extensions.Any(known => path.EndsWith(known.Extension, StringComparison.OrdinalIgnoreCase) || path.EndsWith(known.Extension + Gzip, StringComparison.OrdinalIgnoreCase));

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

    private static DataFileSettings Settings(string path, [NotNull] ref DataFileOptions? options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new DataFileOptions();
        if (Directory.Exists(path))
        {
            throw new InvalidDataException($"'{path}' is a folder; expected a file. {nameof(Find)} tells the file of a split in a folder.");
        }

        return File.Exists(path) ? DataFileSettings.From(path, options.Format ?? FormatOf(path), options) : throw new FileNotFoundException($"No data file '{path}'.", path);
    }
}
