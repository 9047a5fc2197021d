using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Spot.Tasks;

/// <summary>Label words, and which of them the data mean.</summary>
/// <param name="Words">The words in the labels' order, distinct.</param>
/// <param name="ByValue">From what the data write to the word; null where they write ids 0, 1, … or the words.</param>
[JsonConverter(typeof(Converter))]
internal sealed record LabelMap(IReadOnlyList<string> Words, IReadOnlyDictionary<string, string>? ByValue)
{
    public static LabelMap None { get; } = new([], null);

    /// <summary>The labels of a map; several values may mean the same one.</summary>
    public static LabelMap Of(IEnumerable<KeyValuePair<string, string>> words) =>
        new([.. words.Select(pair => pair.Value).Distinct(StringComparer.Ordinal)], words.ToDictionary(StringComparer.Ordinal));

    /// <summary>The word that is meant; null for none.</summary>
    public string? Find(string value)
    {
        if (ByValue?.GetValueOrDefault(value) is { } word)
        {
            return word;
        }

        int id = value switch
        {
            "true" => 1,
            "false" => 0,
            _ => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1,
        };
        return ByValue is null && id >= 0 && id < Words.Count ? Words[id] : Words.FirstOrDefault(known => known == value);
    }

    /// <summary>In JSON either <c>["bad", "good"]</c> or <c>{"1": "bad", "5": "good"}</c>.</summary>
    internal sealed class Converter : JsonConverter<LabelMap>
    {
        public override LabelMap Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            LabelMap labels = reader.TokenType == JsonTokenType.StartObject
                ? Of(JsonSerializer.Deserialize(ref reader, FormatJson.Files.OrderedDictionaryStringString)!)
                : new LabelMap(JsonSerializer.Deserialize(ref reader, FormatJson.Files.StringArray)!, null);
            return labels.Words.All(word => word is not null) ? labels : throw new JsonException("one of the labels is null, expected a word.");
        }

        public override void Write(Utf8JsonWriter writer, LabelMap value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
