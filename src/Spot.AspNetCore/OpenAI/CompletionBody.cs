using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>A request to <c>/completions</c>, as OpenAI's. What it may say beside these is ignored, unless it would change the answer: then it is refused.</summary>
internal sealed record CompletionBody
{
    [Description("The id of a prompt.")]
    [JsonPropertyName("model"), Required]
    public string? Model { get; set; }

    [Description("The text, or a list of texts.")]
    [JsonPropertyName("prompt"), Required, JsonConverter(typeof(OneOrMany))]
    public IReadOnlyList<string>? Prompt { get; set; }

    [Description("The most tokens to write; without it, the length that the prompt was tuned with, or else 64.")]
    [JsonPropertyName("max_tokens"), Range(1, int.MaxValue)]
    public int? MaxTokens { get; set; }

    [Description("Above 0 tokens are drawn. Without it the most likely ones are taken, since prompts are tuned for them.")]
    [JsonPropertyName("temperature"), Range(0.0, 2)]
    public double? Temperature { get; set; }

    [JsonPropertyName("top_p"), Range(0.0, 1, MinimumIsExclusive = true)]
    public double? TopP { get; set; }

    [JsonPropertyName("n"), Range(1, 128)]
    public int? N { get; set; }

    [Description("The same seed gives the same text. Without it, and with a temperature, every text is another one.")]
    [JsonPropertyName("seed")]
    public long? Seed { get; set; }

    [Description("A text, or a list of texts, before which an answer ends.")]
    [JsonPropertyName("stop"), JsonConverter(typeof(OneOrMany))]
    public IReadOnlyList<string>? Stop { get; set; }

    [JsonPropertyName("stream")]
    public bool? Stream { get; set; }

    [JsonPropertyName("echo")]
    public bool? Echo { get; set; }

    [JsonPropertyName("suffix")]
    public string? Suffix { get; set; }

    [JsonPropertyName("best_of")]
    public int? BestOf { get; set; }

    [JsonPropertyName("logprobs")]
    public int? LogProbabilities { get; set; }

    [JsonPropertyName("frequency_penalty")]
    public double? FrequencyPenalty { get; set; }

    [JsonPropertyName("presence_penalty")]
    public double? PresencePenalty { get; set; }

    [JsonPropertyName("logit_bias")]
    public JsonElement? LogitBias { get; set; }

    /// <exception cref="FieldException">Something is asked for that is not done here.</exception>
    public GenerationOptions Options(ServingOptions limits)
    {
        (string Field, bool Asked)[] refused =
        [
            ("echo", Echo is true), ("suffix", Suffix is { Length: > 0 }), ("best_of", BestOf is { } best && best != (N ?? 1)), ("logprobs", LogProbabilities is not null),
            ("frequency_penalty", FrequencyPenalty is not (null or 0)), ("presence_penalty", PresencePenalty is not (null or 0)),
            ("logit_bias", LogitBias is { ValueKind: JsonValueKind.Object } bias && bias.EnumerateObject().Any()),
        ];
        foreach ((string field, _) in refused.Where(of => of.Asked))
        {
            throw new FieldException(field, $"{field} is not done here. Leave it out, or use the endpoint of the prompt, /prompts/{{id}}/generate.");
        }

        FieldException.ThrowIfAbove(MaxTokens, limits.MaxNewTokens, "max_tokens");
        bool draws = Temperature > 0;
        return new()
        {
            MaxNewTokens = MaxTokens,
            Temperature = Temperature ?? 0,
            TopP = draws ? TopP ?? 1 : 1,
            Samples = N ?? 1,
            Seed = Seed ?? (draws ? Random.Shared.NextInt64() : 0),
            StopStrings = Stop ?? [],
        };
    }
}
