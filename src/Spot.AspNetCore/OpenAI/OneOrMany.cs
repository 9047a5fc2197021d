using System.Text.Json;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>A text, or a list of texts, as OpenAI's <c>prompt</c>, <c>input</c> and <c>stop</c> are.</summary>
internal sealed class OneOrMany : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return [reader.GetString()!];
        }

        List<string> texts = [];
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.String)
            {
                texts.Add(reader.GetString()!);
            }
        }

        return reader.TokenType == JsonTokenType.EndArray ? texts : throw new JsonException("Found something else than a text or a list of texts; token ids are not taken.");
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (string text in value)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
