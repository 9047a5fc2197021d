using System.Text.Json;
using System.Text.Unicode;

namespace Spot.Serialization;

/// <summary>
/// Reads values of a small JSON file such as config.json, with errors that name file, field, what was found and what was expected. What two
/// readers could read differently (a field twice, a comment, text behind the object) is refused; fields that nobody asks for are ignored.
/// </summary>
internal sealed class ConfigReader
{
    private const int MostBytes = 1 << 24, MostCount = 1 << 24;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly string _source;
    private readonly string _parent;

    private ConfigReader(JsonElement root, string source, string parent)
    {
        _source = source;
        _parent = parent;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Error($"found a JSON {root.ValueKind}, expected an object.");
        }

        try
        {
            foreach (JsonProperty field in root.EnumerateObject())
            {
                _fields[field.Name] = field.Value;
            }
        }
        catch (InvalidOperationException)
        {
            throw Error("found a field whose name is no valid text.");
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no regular file, larger than 16 MB, or not one JSON object.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ConfigReader Load(string path) => Parse(FileBytes.ReadAll(path, MostBytes), path);

    /// <summary>Reads the bytes of a file.</summary>
    public static ConfigReader Parse(ReadOnlyMemory<byte> json, string source)
    {
        if (!Utf8.IsValid(json.Span))
        {
            throw new InvalidDataException($"'{source}' is not valid JSON: it is not UTF-8.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Strict);
            return new ConfigReader(document.RootElement.Clone(), source, "");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a name with half of a surrogate pair.
            throw new InvalidDataException($"'{source}' is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>The names of all fields.</summary>
    public IEnumerable<string> Fields => _fields.Keys;

    public InvalidDataException Error(string problem) => new($"'{_source}': {problem}");

    /// <summary>Whether there is a field of this name with another value than null or an empty list.</summary>
    public bool Has(string field) => Find(field) is { } value && !(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0);

    /// <summary>Whether there is a field of this name, be it null.</summary>
    public bool Names(string field) => _fields.ContainsKey(field);

    public string? Text(string field)
    {
        if (Find(field) is not { } value)
        {
            return null;
        }

        return Characters(value) ?? throw Wrong(field, value, "a text of valid characters");
    }

    public bool? Flag(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        JsonElement other => throw Wrong(field, other, "true or false"),
    };

    /// <summary>An object inside the object.</summary>
    public ConfigReader? Section(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ConfigReader(value, _source, $"{_parent}{field}."),
        JsonElement other => throw Wrong(field, other, "an object"),
    };

    /// <summary>The objects of a list, in order; none where the field is missing.</summary>
    public IEnumerable<ConfigReader> Sections(string field)
    {
        int number = 0;
        foreach (JsonElement value in List(field)?.EnumerateArray() ?? default)
        {
            string place = $"{field}[{number++}]";
            yield return value.ValueKind == JsonValueKind.Object ? new ConfigReader(value, _source, $"{_parent}{place}.") : throw Wrong(place, value, "an object");
        }
    }

    /// <summary>A list of anything.</summary>
    public JsonElement? List(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } value => value,
        JsonElement other => throw Wrong(field, other, "a list"),
    };

    public int Count(string field, int? absent = null, int least = 1, int most = MostCount) =>
        Integer(field, least, most) ?? absent ?? throw Error($"'{_parent}{field}' is missing; expected a whole number of at least {least}.");

    public int? OptionalId(string field, int most) => Integer(field, 0, most);

    public int? OptionalCount(string field) => Integer(field, 1, MostCount);

    public int Id(string field, int absent, int most) => Integer(field, 0, most) ?? absent;

    /// <summary>A number above <paramref name="least"/>, or equal to it where that is allowed. Null is not taken for absent.</summary>
    public double Number(string field, double absent, double least, double most, bool above = false)
    {
        if (!_fields.TryGetValue(field, out JsonElement value))
        {
            return absent;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && number <= most && (above ? number > least : number >= least)
            ? number
            : throw Wrong(field, value, FormattableString.Invariant($"a number {(above ? "above" : "from")} {least} to {most}"));
    }

    public InvalidDataException Wrong(string field, string expected) => Wrong(field, _fields[field], expected);

    /// <summary>The text of a value; null where it is none, or has half of a surrogate pair.</summary>
    public static string? Characters(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A value as messages show it.</summary>
    public static string Shown(JsonElement value) => SafetensorsHeader.Quote(value.GetRawText())[1..^1];

    private int? Integer(string field, int least, int most)
    {
        if (Find(field) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most
            ? number
            : throw Wrong(field, value, $"a whole number from {least} to {most}");
    }

    private JsonElement? Find(string field) =>
        _fields.TryGetValue(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private InvalidDataException Wrong(string field, JsonElement value, string expected) =>
        Error($"'{_parent}{field}' is {Shown(value)}, expected {expected}.");
}
