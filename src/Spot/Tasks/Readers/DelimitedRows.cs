using System.Globalization;
using System.Text.Json.Nodes;
using CsvHelper;
using CsvHelper.Configuration;

namespace Spot.Tasks;

/// <summary>Rows of CSV and TSV; all values are texts.</summary>
internal static class DelimitedRows
{
    public static IEnumerable<DataRow> Read(Stream stream, string path, DataFileOptions options, bool tabs)
    {
        bool quoted = options.Quoted ?? !tabs;
        CsvConfiguration configuration = new(CultureInfo.InvariantCulture)
        {
            Delimiter = tabs ? "\t" : ",",
            Mode = quoted ? CsvMode.RFC4180 : CsvMode.NoEscape,
            MaxFieldSize = options.MaxRowLength,
            BadDataFound = null, // said below, with the place
            IgnoreBlankLines = true,
        };
        LineReader lines = new(stream, path, options.MaxRowLength);
        using LineTextReader text = new(lines);
        using CsvParser parser = new(text, configuration);
        string[]? columns = options.Columns is null ? null : [.. options.Columns];
        bool header = options.HasHeader;
        while (Next(parser, lines, path, quoted) is { } place)
        {
            string[] values = parser.Record!;
            if (header)
            {
                header = false;
                columns ??= Columns(values, place);
                continue;
            }

            columns ??= [.. Enumerable.Range(0, values.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))];
            if (values.Length != columns.Length)
            {
                throw new InvalidDataException(
                    $"{place}: found {values.Length} fields, expected {columns.Length} ({string.Join(", ", columns)}). {(quoted ? "A field that holds a comma or a quote must stand in quotes." : "Fields are between tabs and not quoted.")}");
            }

            yield return new DataRow(new JsonObject(columns.Zip(values, (name, value) => KeyValuePair.Create(name, (JsonNode?)JsonValue.Create(value)))), place);
        }
    }

    // The place of the next record; null at the end.
    private static string? Next(CsvParser parser, LineReader lines, string path, bool quoted)
    {
        int start = parser.RawRow + 1;
        try
        {
            if (!parser.Read())
            {
                return null;
            }
        }
        catch (MaxFieldSizeException e)
        {
            throw new InvalidDataException($"{lines.PlaceOf(start)}: a field that begins here is too long: {(quoted ? "is its quote closed?" : "is this a text file?")} Otherwise raise DataFileOptions.MaxRowLength.", e);
        }

        return !quoted || parser.RawRecord.Count(c => c == '"') % 2 == 0 ? lines.PlaceOf(start) : throw new InvalidDataException(
            $"{lines.PlaceOf(start)}: found a quote that is not closed, expected quotes in pairs. In a file that is not quoted set DataFileOptions.Quoted to false ('{Path.GetFileName(path)}').");
    }

    private static string[] Columns(string[] header, string place)
    {
        string? twice = header.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1)?.Key;
        return header.Any(string.IsNullOrWhiteSpace) ? throw new InvalidDataException($"{place}: the header has a column without a name: {string.Join(", ", header.Select(name => $"'{name}'"))}. Name it, or say DataFileOptions.Columns.")
            : twice is not null ? throw new InvalidDataException($"{place}: the header has the column '{twice}' twice. Rename one, or say DataFileOptions.Columns.")
            : header;
    }

    /// <summary>Feeds a parser with lines, so that what is wrong with a line is told with its number.</summary>
    private sealed class LineTextReader(LineReader lines) : TextReader
    {
        private string _line = "";
        private int _at;

        public override int Peek() => _at < _line.Length || Fill() ? _line[_at] : -1;

        public override int Read() => _at < _line.Length || Fill() ? _line[_at++] : -1;

        public override int Read(char[] buffer, int index, int count)
        {
            if (_at >= _line.Length && !Fill())
            {
                return 0;
            }

            int copied = Math.Min(count, _line.Length - _at);
            _line.CopyTo(_at, buffer, index, copied);
            _at += copied;
            return copied;
        }

        private bool Fill()
        {
            (_line, _at) = (lines.Next() is { } line ? line + "\n" : "", 0);
            return _line.Length > 0;
        }
    }
}
