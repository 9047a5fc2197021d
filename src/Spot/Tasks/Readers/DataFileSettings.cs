namespace Spot.Tasks;

/// <summary>Checked options of one file.</summary>
internal sealed record DataFileSettings(string Path, DataFileFormat Format, bool HasHeader, string[]? Columns, char Separator, bool Quoted, int MaxRowLength)
{
    internal static DataFileSettings From(string path, DataFileFormat format, DataFileOptions options)
    {
        if (!Enum.IsDefined(format))
        {
            throw new ArgumentException($"Unknown format {format}; expected one of {string.Join(", ", Enum.GetNames<DataFileFormat>())}.", nameof(options));
        }

        if (options.MaxRowLength < 1)
        {
            throw new ArgumentException($"MaxRowLength is {options.MaxRowLength}; expected at least 1.", nameof(options));
        }

        string[]? columns = options.Columns?.ToArray();
        if (columns is not null && NamesProblem(columns) is { } problem)
        {
            throw new ArgumentException($"Columns: {problem}.", nameof(options));
        }

        char separator = options.Separator ?? (format == DataFileFormat.Tsv ? '\t' : ',');
        if (!char.IsAscii(separator) || separator is '"' or '\n' or '\r' or '\0')
        {
            throw new ArgumentException($"Separator is U+{(int)separator:X4}; expected an ASCII character that is no quote and no line break, for example ';'.", nameof(options));
        }

        return new DataFileSettings(path, format, options.HasHeader, columns, separator, options.Quoted ?? format == DataFileFormat.Csv, options.MaxRowLength);
    }

    internal InvalidDataException NoRows() => new($"'{Path}' holds no rows; expected at least one.");

    /// <summary>What is wrong with names of columns; null where nothing is.</summary>
    internal static string? NamesProblem(string[] names)
    {
        int empty = Array.FindIndex(names, string.IsNullOrWhiteSpace);
        string? twice = names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return names.Length == 0 ? "found no names"
            : empty >= 0 ? $"column {empty + 1} has an empty name"
            : twice is not null ? $"found the column '{twice}' twice"
            : null;
    }
}
