using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Mvc;

namespace Spot.AspNetCore;

/// <summary>What went wrong in a stream that had begun: a problem, and in it an error as OpenAI's clients read it.</summary>
internal sealed record ErrorEvent(string? Title, int? Status, string? Detail, [property: JsonPropertyName("error")] OpenAIError Error)
{
    public static ErrorEvent Of(ProblemDetails problem) => new(problem.Title, problem.Status, problem.Detail, OpenAIShape.Error(problem));
}
