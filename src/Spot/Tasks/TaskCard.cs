using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>What task.json says of a task folder.</summary>
internal sealed record TaskCard(string? Name, string? Family, string[]? Labels, TextFormat? Format)
{
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
            JsonObject card = JsonNode.Parse(File.ReadAllBytes(path)) as JsonObject ?? throw new JsonException("found no object");
            string? name = (string?)card["name"];
            string[]? labels = card["labels"] is not { } list ? null
                : [.. list.AsArray().Select(label => (string?)label ?? throw new InvalidOperationException("a label is null"))];
            TextFormat? format = card["format"] switch
            {
                null => null,
                JsonValue value => TextFormat.Named(value.GetValue<string>()),
                JsonNode node => OwnFormat(node.DeepClone().AsObject(), name, path),
            };
            return new TaskCard(name, (string?)card["family"], labels ?? (format is null ? null : format.IsClosed ? [.. format.Labels] : []), format);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
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
