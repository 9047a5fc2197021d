using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>A request to write; see <see cref="GenerationOptions"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record GenerateBody : TextBody
{
    [Description("The most tokens to write; without it, the length that the prompt was tuned with, or else 64.")]
    [Range(1, int.MaxValue)]
    public int? MaxNewTokens { get; set; }

    [Range(0, int.MaxValue)]
    public int MinNewTokens { get; set; }

    [Description("Above 0 tokens are drawn; 0 takes the most likely ones.")]
    [Range(0.0, 1000)]
    public double Temperature { get; set; }

    [Range(0, int.MaxValue)]
    public int TopK { get; set; }

    [Range(0.0, 1, MinimumIsExclusive = true)]
    public double TopP { get; set; } = 1;

    [Description("The same seed gives the same text.")]
    public long Seed { get; set; }

    [Description("How many texts are drawn, or of how many beams the best are returned.")]
    [Range(1, 1024)]
    public int Samples { get; set; } = 1;

    [Range(1, 1024)]
    public int Beams { get; set; } = 1;

    [Range(-1000.0, 1000)]
    public double LengthPenalty { get; set; } = 1;

    public bool EarlyStopping { get; set; }

    [Range(0.0, 1000, MinimumIsExclusive = true)]
    public double RepetitionPenalty { get; set; } = 1;

    [Range(0, int.MaxValue)]
    public int NoRepeatNGram { get; set; }

    [Description("A text ends before the first of these.")]
    public IReadOnlyList<string> Stop { get; set; } = [];

    [Description("The only texts that are allowed.")]
    public IReadOnlyList<string>? Choices { get; set; }

    [Description("Whether the log-probability of each token is told.")]
    public bool LogProbabilities { get; set; }

    [Description("Whether the one text is told piece by piece, as server-sent events.")]
    public bool Stream { get; set; }

    /// <exception cref="FieldException">More is asked for than the server allows.</exception>
    public GenerationOptions Options(ServingOptions limits)
    {
        FieldException.ThrowIfAbove(MaxNewTokens, limits.MaxNewTokens, "maxNewTokens");
        return new()
        {
            MaxNewTokens = MaxNewTokens,
            MinNewTokens = MinNewTokens,
            Temperature = Temperature,
            TopK = TopK,
            TopP = TopP,
            Seed = Seed,
            Samples = Samples,
            Beams = Beams,
            LengthPenalty = LengthPenalty,
            EarlyStopping = EarlyStopping,
            RepetitionPenalty = RepetitionPenalty,
            NoRepeatNGram = NoRepeatNGram,
            StopStrings = Stop,
            Choices = Choices,
            LogProbabilities = LogProbabilities,
        };
    }
}
