using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Spot.AspNetCore;

/// <summary>Metadata of an endpoint whose problems also hold an error as OpenAI's clients read it.</summary>
internal sealed class OpenAIShape
{
    public static OpenAIError Error(ProblemDetails problem) => new(
        problem.Detail,
        problem.Status switch
        {
            StatusCodes.Status404NotFound => "not_found_error",
            StatusCodes.Status429TooManyRequests => "rate_limit_error",
            < 500 => "invalid_request_error",
            _ => "server_error",
        },
        (problem as HttpValidationProblemDetails)?.Errors.Keys.FirstOrDefault(),
        problem.Status == StatusCodes.Status404NotFound ? "model_not_found" : null);
}

/// <summary>An error as OpenAI's clients read it.</summary>
internal sealed record OpenAIError(
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("param")] string? Param,
    [property: JsonPropertyName("code")] string? Code);
