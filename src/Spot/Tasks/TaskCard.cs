using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>What task.json says of a task folder.</summary>
internal sealed record TaskCard(string? Name, string? Family, string[]? Labels, TextFormat? Format)
{
    private static readonly string[] Keys = ["name", "family", "labels", "description", "format"];

    /// <summary>Reads a card; one that says nothing if there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is no card.</exception>
    public static TaskCard Read(string path)
    {
        if (!File.Exists(path))
        {
            return new TaskCard(null, null, null, null);
        }

        try
        {
            JsonObject card = CardJson.Parse(File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)));
            string? inFormat = card.Select(pair => pair.Key).FirstOrDefault(key => !Keys.Contains(key) && FormatReader.Keys.Contains(key));
            if (inFormat is not null)
            {
                throw new FormatException($"'{inFormat}' is a key of the format; expected it in there: {{\"format\": {{\"{inFormat}\": …}}}}.");
            }

            CardJson.CheckKeys(card, Keys, required: []);
            string? name = CardJson.Text(card, "name");
            CardJson.Text(card, "description");
            TextFormat? format = card["format"] switch
            {
                null => null,
                JsonObject own => OwnFormat((JsonObject)own.DeepClone(), name, path),
                JsonValue value when value.GetValueKind() == JsonValueKind.String => TextFormat.Named(value.GetValue<string>()),
                _ => throw new FormatException(CardJson.Wrong(card, "format", "the name of a ready format, or an object")),
            };
            return new TaskCard(name, CardJson.Text(card, "family"), CardJson.Texts(card, "labels") ?? (format is null ? null : format.IsClosed ? [.. format.Labels] : []), format);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new InvalidDataException($"'{path}' is no task card (an object with name, family, a list of labels and a format): {e.Message}", e);
        }
    }

    private static TextFormat OwnFormat(JsonObject format, string? name, string path)
    {
        format["name"] ??= name ?? "own";
        return TextFormat.Parse(format.ToJsonString(), path);
    }
}
