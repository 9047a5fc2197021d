using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>The answer of <c>/models</c>, as OpenAI's.</summary>
internal sealed record ModelList([property: JsonPropertyName("data")] IReadOnlyList<Model> Data)
{
    [JsonPropertyName("object")]
    public string Object { get; } = "list";
}

/// <summary>A prompt as a model whose parent is the backbone.</summary>
internal sealed record Model(
    [property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("created")] long Created, [property: JsonPropertyName("parent")] string Parent)
{
    [JsonPropertyName("object")]
    public string Object { get; } = "model";

    [JsonPropertyName("owned_by")]
    public string OwnedBy { get; } = "spot";

    public static Model Of(PromptInfo info) => new(info.Id, Math.Max(0, info.Created.ToUnixTimeSeconds()), info.BackboneName ?? info.BackboneFingerprint);
}
