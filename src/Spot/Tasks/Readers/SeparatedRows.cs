using System.Globalization;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>CSV and TSV: names of columns, and rows with as many fields.</summary>
internal static class SeparatedRows
{
    internal static IEnumerable<DataRow> Read(DataFileSettings settings, CancellationToken cancellationToken)
    {
        using DataStream stream = new(settings.Path, cancellationToken);
        string[]? columns = settings.Columns;
        bool header = settings.HasHeader;
        foreach ((string[] fields, string place) in settings.Quoted ? QuotedFields.Read(settings, stream) : Unquoted(settings, stream))
        {
            if (header && columns is null)
            {
                columns = Names(fields, place);
            }

            columns ??= [.. Enumerable.Range(0, fields.Length).Select(index => index.ToString(CultureInfo.InvariantCulture))];
            if (fields.Length != columns.Length)
            {
                throw Ragged(settings, fields, columns, place);
            }

            if (!header)
            {
                yield return new DataRow(Row(columns, fields), place);
            }

            header = false;
        }
    }

    private static IEnumerable<(string[] Fields, string Place)> Unquoted(DataFileSettings settings, DataStream stream)
    {
        LineReader lines = new(settings, stream);
        while (lines.Read() is { } line)
        {
            if (line.Length > 0)
            {
                yield return (line.Split(settings.Separator), lines.Place);
            }
        }
    }

    private static string[] Names(string[] fields, string place) => DataFileSettings.NamesProblem(fields) is not { } problem
        ? fields
        : throw new InvalidDataException(
            $"{place}: {problem}; expected a header with a name of its own for each column. Correct it, set {nameof(DataFileOptions)}.{nameof(DataFileOptions.Columns)}, " +
            $"or {nameof(DataFileOptions.HasHeader)} to false if there is none.");

    private static JsonObject Row(string[] columns, string[] fields)
    {
        JsonObject row = [];
        for (int i = 0; i < columns.Length; i++)
        {
            row.Add(columns[i], fields[i]);
        }

        return row;
    }

    private static InvalidDataException Ragged(DataFileSettings settings, string[] fields, string[] columns, string place) => new(
        $"{place}: found {fields.Length} field{(fields.Length == 1 ? "" : "s")}, expected {columns.Length}: {string.Join(", ", columns.Take(20))}{(columns.Length > 20 ? ", …" : "")}. Correct the row, " +
        (settings.Quoted ? "put quotes around a field that holds separators" : $"or set {nameof(DataFileOptions)}.{nameof(DataFileOptions.Quoted)} if fields are quoted") +
        $", or check {nameof(DataFileOptions.Format)}, {nameof(DataFileOptions.Separator)} and {nameof(DataFileOptions.Columns)}." + SeparatorGuess.Hint(columns));
}
