using System.Text;
using CsvHelper;

namespace Spot.Tasks;

/// <summary>Rows of fields that may be quoted (RFC 4180).</summary>
internal static class QuotedFields
{
    // The library takes no smaller limit.
    private const int LeastRecordSize = 256;

    internal static IEnumerable<(string[] Fields, string Place)> Read(DataFileSettings settings, DataStream stream)
    {
        CsvMalformedRecord? malformed = null;
        CsvReaderOptions options = new()
        {
            Separator = settings.Separator,
            HasHeader = false,
            TrackLineNumbers = true,
            MalformedData = CsvMalformedDataHandling.Recover,
            OnMalformedRecord = record => malformed = record,
            MaxRecordSize = (int)Math.Clamp(3L * settings.MaxRowLength, LeastRecordSize, Array.MaxLength / 2),
        };
        using CsvReader reader = CsvReader.Create(stream, options, leaveOpen: true);
        while (Next(reader, settings))
        {
            string place = LineReader.PlaceOf(settings, reader.LineNumber);

            // A quote in the middle of a field that does not begin with one is text, as other readers of CSV have it.
            if (malformed is { Reason: not CsvMalformedReason.StrayQuote } problem)
            {
                throw new InvalidDataException(
                    $"{place}: found {(problem.Reason == CsvMalformedReason.UnterminatedQuote ? "a quoted field that is never closed" : "text after the closing quote of a field")}; " +
                    $"expected quotes around the whole field and \"\" for a quote in it. Correct the row, or set {nameof(DataFileOptions)}.{nameof(DataFileOptions.Quoted)} to false if fields are not quoted.");
            }

            malformed = null;
            yield return (Fields(reader, settings, place), place);
            stream.Lines = reader.LineNumber;
        }
    }

    private static bool Next(CsvReader reader, DataFileSettings settings)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException e)
        {
            // Other faults are recovered from and told; what is left is a row beyond the limit.
            throw LineReader.TooLong(settings, LineReader.PlaceOf(settings, e.LineNumber), e);
        }
    }

    private static string[] Fields(CsvReader reader, DataFileSettings settings, string place)
    {
        if (Encoding.UTF8.GetCharCount(reader.RawRecord) > settings.MaxRowLength)
        {
            throw LineReader.TooLong(settings, place);
        }

        string[] fields = new string[reader.FieldCount];
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i] = LineReader.Decode(settings, reader.GetSpan(i), place);
        }

        return fields;
    }
}
