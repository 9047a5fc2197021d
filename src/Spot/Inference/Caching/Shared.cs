namespace Spot.Inference;

/// <summary>Something disposable that several hold: the last who lets go disposes it. Safe for concurrent calls.</summary>
/// <remarks>Who makes it holds it.</remarks>
internal sealed class Shared<T>(T value)
    where T : IDisposable
{
    private int _holders = 1;

    public T Value { get; } = value;

    /// <summary>Holds it too; only for who can be sure that it is held meanwhile.</summary>
    public Shared<T> Hold()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            Value.Dispose();
        }
    }
}
