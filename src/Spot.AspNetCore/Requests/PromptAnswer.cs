using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Spot.AspNetCore;

/// <summary>What is told of a prompt: no paths, and no options of its run, which may hold some.</summary>
internal sealed record PromptAnswer
{
    public required string Id { get; init; }

    public required string Task { get; init; }

    public string? Family { get; init; }

    [Description("The name of the backbone that the prompt belongs to.")]
    public string? Backbone { get; init; }

    public required string BackboneFingerprint { get; init; }

    [Description("Rows of the prompt.")]
    public required int Length { get; init; }

    [Description("Width of a row.")]
    public required int Dim { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public int? MaxInputLength { get; init; }

    public int? MaxTargetLength { get; init; }

    [JsonConverter(typeof(CamelCaseEnum<EvaluationMethod>))]
    public EvaluationMethod? EvaluationMethod { get; init; }

    [Description("Validation metrics, 0 to 100.")]
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    public int? Step { get; init; }

    public long? Seed { get; init; }

    [Description("The step of the task embedding; without it, the prompt is not found by search.")]
    public int? EmbeddingStep { get; init; }

    [Description("The prompts that this one started from.")]
    public required IReadOnlyList<string> Lineage { get; init; }

    public DateTimeOffset Created { get; init; }

    public string? License { get; init; }

    public string? Note { get; init; }

    public static PromptAnswer Of(PromptInfo info) => new()
    {
        Id = info.Id,
        Task = info.Task,
        Family = info.Family,
        Backbone = info.BackboneName,
        BackboneFingerprint = info.BackboneFingerprint,
        Length = info.Length,
        Dim = info.Dim,
        Labels = info.Labels,
        MaxInputLength = info.MaxInputLength,
        MaxTargetLength = info.MaxTargetLength,
        EvaluationMethod = info.EvaluationMethod,
        Metrics = info.Metrics,
        Step = info.Step,
        Seed = info.Seed,
        EmbeddingStep = info.EmbeddingStep,
        Lineage = info.Lineage,
        Created = info.Created,
        License = info.License,
        Note = info.Note,
    };
}

/// <summary>A page of prompts.</summary>
internal sealed record PromptPage(
    [property: Description("By ordinal order of the id.")] IReadOnlyList<PromptAnswer> Prompts,
    [property: Description("What the query parameter after is for the next page; missing in the last one.")] string? Next);

/// <summary>Prompts that are similar to one.</summary>
internal sealed record PromptMatches([property: Description("The most similar first.")] IReadOnlyList<PromptMatchAnswer> Matches);

/// <summary>A prompt that is similar to one.</summary>
internal sealed record PromptMatchAnswer(PromptAnswer Prompt, [property: Description("−1 to 1.")] double Similarity);
