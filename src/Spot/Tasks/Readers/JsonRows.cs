using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>JSON objects: one a line, or in an array.</summary>
internal static class JsonRows
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Whether a file that is named as an array holds objects one after another: whether it begins with a brace.</summary>
    internal static bool IsLines(DataFileSettings settings, CancellationToken cancellationToken)
    {
        using DataStream stream = new(settings.Path, cancellationToken);
        int first;
        do
        {
            first = stream.ReadByte();
        }
        while (first is ' ' or '\t' or '\r' or '\n');

        return first == '{';
    }

    internal static IEnumerable<DataRow> ReadLines(DataFileSettings settings, CancellationToken cancellationToken)
    {
        using DataStream stream = new(settings.Path, cancellationToken);
        LineReader lines = new(settings, stream);
        while (lines.Read() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                string place = lines.Place;
                yield return new DataRow(Parse(line, place, "a line"), place);
            }
        }
    }

    internal static IEnumerable<DataRow> ReadArray(DataFileSettings settings, CancellationToken cancellationToken)
    {
        using DataStream stream = new(settings.Path, cancellationToken);
        JsonArrayScanner scanner = new(settings, stream);
        foreach ((string text, string place) in scanner.Elements())
        {
            yield return new DataRow(Parse(text, place, "an element"), place);
        }
    }

    private static JsonObject Parse(string text, string place, string unit)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(text, documentOptions: Strict);
            Check(node);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"{place}: broken JSON, expected one object {unit}: {Message(e)}", e);
        }

        return node as JsonObject ?? throw new InvalidDataException(
            $"{place}: found {(node is null ? "null" : node is JsonArray ? "an array" : $"the value {Shorten(text)}")}, expected one object {unit}." +
            (node is JsonArray ? $" If the whole file is one array, set {nameof(DataFileOptions)}.{nameof(DataFileOptions.Format)} to {nameof(DataFileFormat.JsonArray)}." : ""));
    }

    // Strings are decoded when asked for; half of a surrogate pair would only be noticed then, far from the file.
    private static void Check(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach ((_, JsonNode? value) in fields)
                {
                    Check(value);
                }

                break;
            case JsonArray list:
                foreach (JsonNode? value in list)
                {
                    Check(value);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                _ = value.GetValue<string>();
                break;
        }
    }

    // The parser counts lines and bytes from 0 and within the text it was given.
    private static string Message(Exception e)
    {
        int end = e.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        string where = e is JsonException { BytePositionInLine: { } position } ? $" (at byte {position + 1})" : "";
        return (end < 0 ? e.Message : e.Message[..end]) + where;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text.Trim() : text[..40].Trim() + "…";
}
