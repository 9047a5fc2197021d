using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>Reads fields of a row by dotted paths, with errors that name the row and what it has.</summary>
internal static class Fields
{
    /// <summary>The value of the field of that name, or at that path, whose parts are names or places in lists; null where there is none.</summary>
    public static JsonNode? Find(DataRow row, string path)
    {
        if (row.Fields.TryGetPropertyValue(path, out JsonNode? whole))
        {
            return whole;
        }

        JsonNode? node = row.Fields;
        foreach (string name in path.Split('.'))
        {
            node = node is JsonArray items ? Item(items, name) : (node as JsonObject)?[name];
        }

        return node;
    }

    /// <summary>A text, or a number or truth value as JSON writes it.</summary>
    public static string Text(DataRow row, string path) =>
        Scalar(Find(row, path) ?? throw Missing(row, path)) ?? throw Wrong(row, path, "a text");

    /// <summary>A list of texts; a single text is a list of one.</summary>
    public static IReadOnlyList<string> List(DataRow row, string path) => (Find(row, path) ?? throw Missing(row, path)) switch
    {
        JsonArray items => [.. items.Select(item => item is null ? throw Wrong(row, path, "a list of texts") : Scalar(item) ?? throw Wrong(row, path, "a list of texts"))],
        JsonValue value => [Scalar(value)!],
        _ => throw Wrong(row, path, "a list of texts"),
    };

    /// <summary>A whole number, also where it is written as a text.</summary>
    public static int Integer(DataRow row, string path)
    {
        string text = Text(row, path);
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : throw Wrong(row, path, "a whole number");
    }

    /// <summary>What is no object and no list, as a text; null for these.</summary>
    public static string? Scalar(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.String => node.GetValue<string>(),
        JsonValueKind.Object or JsonValueKind.Array => null,
        _ => node.ToJsonString(),
    };

    private static JsonNode? Item(JsonArray items, string place) =>
        int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out int at) && at < items.Count ? items[at] : null;

    public static InvalidDataException Missing(DataRow row, string path) => row.Fields.ContainsKey(path)
        ? new($"{row.Place}: field '{path}' is null, expected a text.")
        : new($"{row.Place}: found no field '{path}', only {string.Join(", ", row.Fields.Select(field => $"'{field.Key}'"))}. Rename the column, or use a format with these fields.{SeparatorGuess.Hint([.. row.Fields.Select(field => field.Key)])}");

    public static InvalidDataException Wrong(DataRow row, string path, string expected)
    {
        string found = Find(row, path)?.ToJsonString() ?? "nothing";
        return new($"{row.Place}: field '{path}' is {(found.Length > 80 ? found[..80] + "…" : found)}, expected {expected}.");
    }
}
