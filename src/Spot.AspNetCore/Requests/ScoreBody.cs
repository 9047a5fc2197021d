using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>A request to tell how likely some answers are.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ScoreBody : TextBody
{
    [Description("The answers.")]
    [Required, MinLength(1)]
    public IReadOnlyList<string>? Targets { get; set; }
}
