namespace Spot.Tasks;

/// <summary>Notices a header that is one column because other characters separate its names than those the file was read with.</summary>
internal static class SeparatorGuess
{
    /// <summary>What seems to separate the names of a file's only column; null where there are several, or nothing does.</summary>
    public static char? Of(IReadOnlyCollection<string> columns) =>
        columns.Count == 1 && columns.First().AsSpan().IndexOfAny(";\t|,") is >= 0 and int at ? columns.First()[at] : null;

    /// <summary>A sentence on what to do; empty where <see cref="Of"/> finds nothing.</summary>
    public static string Hint(IReadOnlyCollection<string> columns) => Of(columns) is not { } separator ? ""
        : $" The first line seems to be separated by {Name(separator)}: set {nameof(DataFileOptions)}.{nameof(DataFileOptions.Separator)}, or \"separator\": \"{Json(separator)}\" in the format of task.json.";

    private static string Name(char separator) => separator == '\t' ? "tabs" : $"'{separator}'";

    private static string Json(char separator) => separator == '\t' ? "\\t" : separator.ToString();
}
