using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Spot.Extensions.AI;

/// <summary>A structured answer that is a choice among texts.</summary>
/// <param name="Texts">The texts.</param>
/// <param name="Property">The only property of the object that the answer is; null where it is the text itself.</param>
internal sealed record AnswerChoice(IReadOnlyList<string> Texts, string? Property)
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The choice that a format means; null for free text.</summary>
    /// <exception cref="NotSupportedException">It means something else.</exception>
    public static AnswerChoice? Of(ChatResponseFormat? format) => format switch
    {
        null or ChatResponseFormatText => null,
        ChatResponseFormatJson { Schema: { } schema } when EnumOf(schema) is { } texts => new AnswerChoice(texts, null),
        ChatResponseFormatJson { Schema: { ValueKind: JsonValueKind.Object } schema } when schema.TryGetProperty("properties", out JsonElement properties)
            && properties.EnumerateObject().ToArray() is [var only] && EnumOf(only.Value) is { } texts => new AnswerChoice(texts, only.Name),
        _ => throw new NotSupportedException(
            "Found a response format that is no choice, expected a JSON schema with an enum of texts, or an object with one such property: a prompt writes one of its labels and no other JSON."),
    };

    /// <summary>The answer as JSON.</summary>
    public string Answer(string text)
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json, Relaxed))
        {
            if (Property is null)
            {
                writer.WriteStringValue(text);
            }
            else
            {
                writer.WriteStartObject();
                writer.WriteString(Property, text);
                writer.WriteEndObject();
            }
        }

        return System.Text.Encoding.UTF8.GetString(json.ToArray());
    }

    private static string[]? EnumOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("enum", out JsonElement values) && values.ValueKind == JsonValueKind.Array
        && values.GetArrayLength() > 0 && values.EnumerateArray().All(value => value.ValueKind == JsonValueKind.String)
            ? [.. values.EnumerateArray().Select(value => value.GetString()!)]
            : null;
}
