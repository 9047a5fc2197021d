namespace Spot.Tests;

/// <summary>Hands on what is reported at once, on the thread that reports.</summary>
internal sealed class Listener<T>(Action<T> report) : IProgress<T>
{
    public void Report(T value) => report(value);
}
