using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>A request to choose a label; see <see cref="ClassificationOptions"/>.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ClassifyBody : TextBody
{
    [Description("The labels to choose among; without them, those of the prompt's task.")]
    public IReadOnlyList<string>? Labels { get; set; }

    [Description("Whether a label's log-probability is divided by its number of tokens; without it, as the prompt was evaluated.")]
    public bool? PerToken { get; set; }

    [Range(0.0, 1000, MinimumIsExclusive = true)]
    public double Temperature { get; set; } = 1;

    [Description("Below this probability of the best label there is no answer.")]
    [Range(0.0, 1)]
    public double AbstainBelow { get; set; }

    public ClassificationOptions Options => new() { PerToken = PerToken, Temperature = Temperature, AbstainBelow = AbstainBelow };

    private protected override IReadOnlyList<string>? OwnLabels => Labels;
}
