using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>A request to <c>/embeddings</c>, as OpenAI's.</summary>
internal sealed record EmbeddingsBody
{
    [Description("The id of a prompt.")]
    [JsonPropertyName("model"), Required]
    public string? Model { get; set; }

    [Description("The text, or a list of texts.")]
    [JsonPropertyName("input"), Required, JsonConverter(typeof(OneOrMany))]
    public IReadOnlyList<string>? Input { get; set; }

    [Description("float, or base64 of 32-bit floats, the lowest byte first.")]
    [JsonPropertyName("encoding_format"), AllowedValues("float", "base64", null)]
    public string? EncodingFormat { get; set; }

    [Description("The width of the backbone, and nothing else.")]
    [JsonPropertyName("dimensions")]
    public int? Dimensions { get; set; }
}
