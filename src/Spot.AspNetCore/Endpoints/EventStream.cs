using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Spot.AspNetCore;

/// <summary>Answers with a text as it is written, as server-sent events.</summary>
internal static class EventStream
{
    /// <summary>Waits for the first piece: what goes wrong until then is the request's error, and what goes wrong later an event <c>error</c>.</summary>
    /// <param name="context">The request.</param>
    /// <param name="updates">The pieces.</param>
    /// <param name="data">The data of a piece's event.</param>
    /// <param name="last">The data of an event behind the last piece; null for none.</param>
    public static async Task<IResult> BeginAsync(HttpContext context, IAsyncEnumerable<GenerationUpdate> updates, Func<GenerationUpdate, string> data, string? last = null)
    {
        IAsyncEnumerator<GenerationUpdate> pieces = updates.GetAsyncEnumerator(CancellationToken.None);
        try
        {
            if (!await pieces.MoveNextAsync().ConfigureAwait(false))
            {
                throw new InvalidOperationException("Found a text without pieces, expected at least the last one.");
            }
        }
        catch
        {
            await pieces.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return TypedResults.ServerSentEvents(EventsAsync(ServingRequest.Of(context), pieces, data, last, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        ServingRequest request, IAsyncEnumerator<GenerationUpdate> pieces, Func<GenerationUpdate, string> data, string? last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using ConfiguredAsyncDisposable disposed = pieces.ConfigureAwait(false);
        ProblemDetails? problem = null;
        for (bool more = true; more;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            request.Piece();
            yield return new SseItem<string>(data(pieces.Current));
            try
            {
                more = await pieces.MoveNextAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (!request.ClientLeft && Problem.Of(exception, request) is { } told)
            {
                (problem, more) = (told, false);
            }
        }

        if (problem is not null)
        {
            request.Error = problem.Status?.ToString(System.Globalization.CultureInfo.InvariantCulture);
            yield return new SseItem<string>(JsonSerializer.Serialize(ErrorEvent.Of(problem), ServingJson.Default.ErrorEvent), "error");
        }
        else if (last is not null)
        {
            yield return new SseItem<string>(last);
        }
    }
}
