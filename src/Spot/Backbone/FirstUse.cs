namespace Spot.Backbone;

/// <summary>Something that takes long to make, a model that is loaded: made when it is first asked for, and not on the caller's thread. Safe for concurrent calls.</summary>
/// <param name="make">Makes it; asked again where it failed.</param>
internal sealed class FirstUse<T>(Func<T> make)
    where T : class
{
    private readonly Lock _lock = new();
    private volatile T? _value;

    /// <summary>It, if it was asked for before.</summary>
    public T? Made => _value;

    /// <summary>Gives it, and makes it where that has not happened.</summary>
    public T Get()
    {
        lock (_lock)
        {
            return _value ??= make();
        }
    }

    /// <summary>As <see cref="Get"/>, where it is made on another thread.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the making.</param>
    public async ValueTask<T> GetAsync(CancellationToken cancellationToken) =>
        _value ?? await Task.Run(Get, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
}
