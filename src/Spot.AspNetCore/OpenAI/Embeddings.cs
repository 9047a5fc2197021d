using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>The answer of <c>/embeddings</c>, as OpenAI's.</summary>
internal sealed record Embeddings(
    [property: JsonPropertyName("model")] string Model,
    [property: JsonPropertyName("data")] IReadOnlyList<EmbeddingData> Data,
    [property: JsonPropertyName("usage")] Usage Usage)
{
    [JsonPropertyName("object")]
    public string Object { get; } = "list";
}

/// <summary>The embedding of a text: numbers, or their bytes in base64.</summary>
internal sealed record EmbeddingData([property: JsonPropertyName("index")] int Index, [property: JsonPropertyName("embedding")] object Embedding)
{
    [JsonPropertyName("object")]
    public string Object { get; } = "embedding";

    public static EmbeddingData Of(int index, ReadOnlySpan<float> values, bool asBytes)
    {
        if (!asBytes)
        {
            return new EmbeddingData(index, values.ToArray());
        }

        byte[] bytes = new byte[values.Length * sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
        }

        return new EmbeddingData(index, Convert.ToBase64String(bytes));
    }
}
