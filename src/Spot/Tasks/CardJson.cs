using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>Small JSON objects that people write, with errors for people.</summary>
internal static class CardJson
{
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <exception cref="FormatException">The text is no JSON object.</exception>
    public static JsonObject Parse(string json)
    {
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(json, documentOptions: Options);
        }
        catch (JsonException e)
        {
            // The parser counts lines from 0.
            int end = e.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
            string where = e.LineNumber is { } line ? $"line {line + 1}: " : "";
            throw new FormatException($"{where}broken JSON: {(end < 0 ? e.Message : e.Message[..end])}", e);
        }

        return node as JsonObject ?? throw new FormatException($"found {Shorten(node)}, expected an object.");
    }

    /// <exception cref="FormatException">A key is unknown, or missing.</exception>
    public static void CheckKeys(JsonObject card, IReadOnlyList<string> known, IReadOnlyList<string> required)
    {
        string list = string.Join(", ", known);
        foreach ((string key, _) in card)
        {
            if (!known.Contains(key, StringComparer.Ordinal))
            {
                throw new FormatException($"found the unknown key '{key}'; did you mean '{Spelling.Nearest(key, known).First()}'? Known are {list}.");
            }
        }

        if (required.FirstOrDefault(key => !card.ContainsKey(key)) is { } missing)
        {
            throw new FormatException($"found no key '{missing}', expected {string.Join(" and ", required.Select(key => $"'{key}'"))}.");
        }
    }

    /// <summary>A text, or null where there is none.</summary>
    /// <exception cref="FormatException">It is no text.</exception>
    public static string? Text(JsonObject card, string key) => card[key] switch
    {
        null => null,
        { } node when node.GetValueKind() == JsonValueKind.String => node.GetValue<string>(),
        _ => throw new FormatException(Wrong(card, key, "a text")),
    };

    /// <summary>A list of texts, or null where there is none.</summary>
    /// <exception cref="FormatException">It is no such list.</exception>
    public static string[]? Texts(JsonObject card, string key) => card[key] switch
    {
        null => null,
        JsonArray list when list.All(item => item?.GetValueKind() == JsonValueKind.String) => [.. list.Select(item => item!.GetValue<string>())],
        _ => throw new FormatException(Wrong(card, key, "a list of texts")),
    };

    /// <summary>Says what is wrong with the value of a key.</summary>
    public static string Wrong(JsonObject card, string key, string expected) =>
        card.TryGetPropertyValue(key, out JsonNode? value) ? $"'{key}' is {Shorten(value)}, expected {expected}." : $"found {Shorten(card)}, expected {expected}.";

    private static string Shorten(JsonNode? node)
    {
        string text = node?.ToJsonString() ?? "null";
        return text.Length <= 80 ? text : text[..80] + "…";
    }
}
