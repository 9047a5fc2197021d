using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>A request for the prompts that are similar to one.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record SearchBody
{
    [Description("The prompt whose task embedding is compared with the others'.")]
    [Required]
    public string? Id { get; set; }

    [Description("How many prompts at most.")]
    [Range(1, 1000)]
    public int K { get; set; } = 3;

    [Description("averageToken: cosine of the mean rows; perToken: mean cosine of all pairs of rows.")]
    [JsonConverter(typeof(CamelCaseEnum<PromptSimilarity>))]
    public PromptSimilarity Similarity { get; set; } = PromptSimilarity.AverageToken;

    [Description("Only prompts of this task.")]
    public string? Task { get; set; }

    [Description("Only prompts of tasks of this family.")]
    public string? Family { get; set; }
}
