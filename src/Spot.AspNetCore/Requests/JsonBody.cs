using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Spot.AspNetCore;

/// <summary>Reads the JSON of a request and checks it.</summary>
internal static class JsonBody
{
    /// <exception cref="FieldException">It is no JSON of this kind, or a value is out of range.</exception>
    /// <exception cref="BadHttpRequestException">It is too large, too slow, or not called JSON.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        if (!context.Request.HasJsonContentType())
        {
            throw new BadHttpRequestException(
                $"Found the content type '{context.Request.ContentType}', expected application/json. Send the header Content-Type: application/json.", StatusCodes.Status415UnsupportedMediaType);
        }

        T? body;
        try
        {
            body = await context.Request.ReadFromJsonAsync(type, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException exception)
        {
            throw new FieldException(Field(exception.Path), $"Found a body that is no JSON of the expected form: {exception.Message}");
        }

        if (body is null)
        {
            throw new FieldException("body", "Found null, expected a JSON object.");
        }

        List<ValidationResult> problems = [];
        return Validator.TryValidateObject(body, new ValidationContext(body), problems, validateAllProperties: true)
            ? body
            : throw new FieldException(problems.SelectMany(problem => problem.MemberNames, (problem, member) => (Name(typeof(T), member), problem.ErrorMessage ?? "It is not valid.")));
    }

    // "$.texts[1]" is texts[1].
    private static string Field(string? path) => path is null or "$" ? "body" : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path;

    private static string Name(Type type, string member) =>
        type.GetProperty(member)?.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(member);
}
