using System.Text.Json;

namespace Spot.Backbone;

/// <summary>Reads values of a config.json, with errors that name file, field, what was found and what was expected.</summary>
internal sealed class ConfigReader
{
    private readonly JsonElement _root;
    private readonly string _source;

    public ConfigReader(JsonElement root, string source)
    {
        _root = root;
        _source = source;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Error($"found a JSON {root.ValueKind}, expected an object.");
        }
    }

    public InvalidDataException Error(string problem) => new($"'{_source}': {problem}");

    public string? Text(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        JsonElement other => throw Wrong(field, other, "a text"),
    };

    public bool? Flag(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        JsonElement other => throw Wrong(field, other, "true or false"),
    };

    public int Count(string field, int? absent = null, int least = 1) =>
        Integer(field, absent, least) ?? throw Error($"'{field}' is missing; expected a whole number of at least {least}.");

    public int Id(string field, int absent) => Integer(field, absent, 0)!.Value;

    public double Number(string field, double absent, double least, double most)
    {
        if (Find(field) is not { } value)
        {
            return absent;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number >= least && number <= most
            ? number
            : throw Wrong(field, value, FormattableString.Invariant($"a number from {least} to {most}"));
    }

    private int? Integer(string field, int? absent, int least)
    {
        if (Find(field) is not { } value)
        {
            return absent;
        }

        const int most = 1 << 24;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most
            ? number
            : throw Wrong(field, value, $"a whole number from {least} to {most}");
    }

    private JsonElement? Find(string field) =>
        _root.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private InvalidDataException Wrong(string field, JsonElement value, string expected) =>
        Error($"'{field}' is {value.GetRawText()}, expected {expected}.");
}
