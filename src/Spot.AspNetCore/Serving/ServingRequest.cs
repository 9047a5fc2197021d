using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Spot.AspNetCore;

/// <summary>A request under way: when it ends, and what is measured of it.</summary>
internal sealed class ServingRequest
{
    private readonly HttpContext _context;
    private readonly ServingMetrics _metrics;
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _end;
    private long _firstPiece, _lastPiece;
    private int _pieces;

    private ServingRequest(HttpContext context, SpotServer server)
    {
        _context = context;
        _metrics = server.Metrics;
        _end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, server.State.Drained);
        Operation = context.GetEndpoint()?.Metadata.GetMetadata<GenAIOperation>();
        context.Response.RegisterForDispose(_end);
        context.Response.OnCompleted(() =>
        {
            Completed();
            return Task.CompletedTask;
        });
    }

    /// <summary>Ends when the client leaves, or when the server that stops waits no longer.</summary>
    public CancellationToken End => _end.Token;

    public bool ClientLeft => _context.RequestAborted.IsCancellationRequested;

    /// <summary>The prompt that answered; null until it is known that there is one.</summary>
    public string? Prompt { get; set; }

    /// <summary>What went wrong behind the head of the answer, as a status code; null where the answer's own tells it.</summary>
    public string? Error { get; set; }

    private GenAIOperation? Operation { get; }

    public static ServingRequest Begin(HttpContext context, SpotServer server)
    {
        ServingRequest request = new(context, server);
        context.Features.Set(request);
        return request;
    }

    public static ServingRequest Of(HttpContext context) => context.Features.GetRequiredFeature<ServingRequest>();

    /// <summary>A piece of a stream was written; told of each.</summary>
    public void Piece()
    {
        _lastPiece = Stopwatch.GetTimestamp();
        if (_pieces++ == 0)
        {
            _firstPiece = _lastPiece;
        }
    }

    private void Completed()
    {
        if (Operation is not { } operation)
        {
            return;
        }

        TagList tags = new()
        {
            { "gen_ai.operation.name", operation.Name },
            { "gen_ai.provider.name", "spot" },
        };
        if (Prompt is not null)
        {
            tags.Add("gen_ai.request.model", Prompt);
        }

        if (_pieces > 0)
        {
            _metrics.TimeToFirstToken.Record(Stopwatch.GetElapsedTime(_begun, _firstPiece).TotalSeconds, tags);
        }

        if (_pieces > 1)
        {
            _metrics.TimePerOutputToken.Record(Stopwatch.GetElapsedTime(_firstPiece, _lastPiece).TotalSeconds / (_pieces - 1), tags);
        }

        if ((Error ?? (_context.Response.StatusCode >= 400 ? _context.Response.StatusCode.ToString(System.Globalization.CultureInfo.InvariantCulture) : null)) is { } error)
        {
            tags.Add("error.type", error);
        }

        _metrics.RequestDuration.Record(Stopwatch.GetElapsedTime(_begun).TotalSeconds, tags);
    }
}
