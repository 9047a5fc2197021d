using Microsoft.Extensions.Hosting;

namespace Spot.AspNetCore;

/// <summary>Whether requests are taken: not before the model is loaded, and not when the host stops. Safe for concurrent calls.</summary>
internal sealed class ServingState : IDisposable
{
    private readonly IHostApplicationLifetime _lifetime;
    private readonly CancellationTokenSource _drained = new();
    private readonly CancellationTokenRegistration _stopping;
    private volatile bool _loaded;

    public ServingState(IHostApplicationLifetime lifetime, TimeSpan drainTime)
    {
        _lifetime = lifetime;
        _stopping = lifetime.ApplicationStopping.Register(() => _drained.CancelAfter(drainTime));
    }

    /// <summary>Whether the host stops.</summary>
    public bool IsDraining => _lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Why no request is taken now; null where they are.</summary>
    public string? Refusal => IsDraining ? "The server stops and takes no more requests." : _loaded ? null : "The server loads its model and takes no requests yet.";

    /// <summary>Ends what is still under way when the time to drain has passed.</summary>
    public CancellationToken Drained => _drained.Token;

    public void Loaded() => _loaded = true;

    public void Dispose()
    {
        _stopping.Dispose();
        _drained.Dispose();
    }
}
