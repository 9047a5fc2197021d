using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Spot.AspNetCore;

/// <summary>Around every endpoint: refuses while the model loads or the server stops, tells errors as problems, measures.</summary>
internal sealed class ServingFilter(SpotServer server) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        HttpContext http = context.HttpContext;
        ServingRequest request = ServingRequest.Begin(http, server);
        if (server.State.Refusal is { } refusal)
        {
            return Result(http, Problem.Stopping(refusal), null);
        }

        try
        {
            return await next(context).ConfigureAwait(false);
        }
        catch (Exception exception) when (Problem.Of(exception, request) is { } problem)
        {
            return Result(http, problem, exception);
        }
    }

    private static ProblemHttpResult Result(HttpContext http, ProblemDetails problem, Exception? exception)
    {
        if (Problem.RetryAfter(exception, problem.Status!.Value) is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds;
        }

        if (http.GetEndpoint()?.Metadata.GetMetadata<OpenAIShape>() is not null)
        {
            problem.Extensions["error"] = OpenAIShape.Error(problem);
        }

        return TypedResults.Problem(problem);
    }
}
