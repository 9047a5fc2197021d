using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Spot.AspNetCore;

/// <summary>What is told of an error, as RFC 9457 has it.</summary>
internal static class Problem
{
    /// <summary>The problem that an exception is; null for one that is the server's own fault, which is not told.</summary>
    /// <param name="exception">What ended the request.</param>
    /// <param name="request">The request: a cancellation is the client's, or the server's that stops.</param>
    public static ProblemDetails? Of(Exception exception, ServingRequest request) => exception switch
    {
        FieldException fields => new HttpValidationProblemDetails(
            fields.Problems.GroupBy(problem => problem.Field).ToDictionary(group => group.Key, group => group.Select(problem => problem.Problem).ToArray()))
        {
            Status = StatusCodes.Status400BadRequest,
            Title = "A field of the request is wrong.",
            Detail = fields.Message,
        },
        BadHttpRequestException bad => Create(bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The request is too large." : "The request cannot be read.", bad.Message),
        ArgumentException argument => Create(StatusCodes.Status400BadRequest, "The request is wrong.", Plain(argument)),
        KeyNotFoundException => Create(StatusCodes.Status404NotFound, "There is no such prompt.", exception.Message),
        SpotException => Create(StatusCodes.Status409Conflict, "The prompt and this server do not belong together.", exception.Message),
        QueueFullException => Create(StatusCodes.Status429TooManyRequests, "Too many requests wait.", exception.Message),
        TimeoutException => Create(StatusCodes.Status504GatewayTimeout, "There was no answer in time.", exception.Message),
        OperationCanceledException or IOException when request.ClientLeft => Create(StatusCodes.Status499ClientClosedRequest, "The client left.", "The client closed the connection before there was an answer."),
        OperationCanceledException or ObjectDisposedException => Stopping("The server stops, and had no time left for this request."),
        _ => null,
    };

    /// <summary>The server takes no requests.</summary>
    public static ProblemDetails Stopping(string detail) => Create(StatusCodes.Status503ServiceUnavailable, "The server takes no requests now.", detail + " Send it again later.");

    /// <summary>When it is worth trying again, in whole seconds; null where that is not known.</summary>
    public static string? RetryAfter(Exception? exception, int status) => exception is QueueFullException full
        ? Math.Max(1, Math.Ceiling(full.RetryAfter.TotalSeconds)).ToString(CultureInfo.InvariantCulture)
        : status == StatusCodes.Status503ServiceUnavailable ? "1" : null;

    private static ProblemDetails Create(int status, string title, string detail) => new() { Status = status, Title = title, Detail = detail };

    // Without "(Parameter 'options')", which is the name of something that the client does not see.
    private static string Plain(ArgumentException exception)
    {
        int at = exception.ParamName is null ? -1 : exception.Message.LastIndexOf(" (Parameter '", StringComparison.Ordinal);
        return at < 0 ? exception.Message : exception.Message[..at];
    }
}
