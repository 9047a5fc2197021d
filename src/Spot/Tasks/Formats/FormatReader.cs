using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Spot.Tasks;

/// <summary>Reads a format from JSON and says in its own words what is wrong with it.</summary>
internal static partial class FormatReader
{
    private const string ListOfNames = "a list of names";

    // What belongs to each key; docs/data.md describes them.
    private static readonly OrderedDictionary<string, string> Expected = new()
    {
        ["name"] = "a text",
        ["input"] = "an input template",
        ["clean"] = "'spaces' or 'markup'",
        ["prefix"] = "true or false",
        ["target"] = "the name of a field",
        ["labels"] = "a list of words, or an object from what the data hold to words",
        ["aliases"] = "an object from names to other names",
        ["columns"] = ListOfNames,
        ["separator"] = "one character",
        ["kind"] = "a text",
        ["without"] = "a text",
        ["pad"] = "true or false",
        ["group"] = ListOfNames,
        ["references"] = "the name of a field",
        ["where"] = "an object from names of fields to lists of values",
        ["metrics"] = ListOfNames,
        ["procedure"] = "a text",
    };

    /// <summary>All keys.</summary>
    public static IEnumerable<string> Keys => Expected.Keys;

    /// <exception cref="FormatException">The text is no JSON object, or a key is unknown, missing or has a wrong value.</exception>
    public static FormatSpec Read(string json)
    {
        JsonObject format = CardJson.Parse(json);
        CardJson.CheckKeys(format, [.. Expected.Keys], required: ["name", "target"]);
        try
        {
            return format.Deserialize(FormatJson.Files.FormatSpec)!;
        }
        catch (JsonException e)
        {
            string key = KeyOfPath().Match(e.Path ?? "").Groups[1].Value;
            throw new FormatException(CardJson.Wrong(format, key, Expected.GetValueOrDefault(key, "values of their kind")), e);
        }
    }

    // Of $.labels[1] or $.labels['a'].
    [GeneratedRegex(@"^\$\.(\w+)")]
    private static partial Regex KeyOfPath();
}
