using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Spot.Cli;

/// <summary>Results as JSON: names in camel case, enums by name, numbers that are undefined as null.</summary>
internal static class ResultJson
{
    private static readonly JsonSerializerOptions Lines = Make(indented: false), Document = Make(indented: true);

    /// <summary>One line.</summary>
    public static string Line(object value) => JsonSerializer.Serialize(value, Lines);

    /// <summary>A whole document.</summary>
    public static string Text(object value) => JsonSerializer.Serialize(value, Document);

    private static JsonSerializerOptions Make(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = indented,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(), new DefinedNumber() },
    };

    // JSON has no NaN.
    private sealed class DefinedNumber : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
