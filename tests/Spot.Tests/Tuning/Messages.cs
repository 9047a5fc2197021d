using Microsoft.Extensions.Logging;

namespace Spot.Tests.Tuning;

/// <summary>Keeps what is logged at a level or above.</summary>
internal sealed class Messages<T>(LogLevel least = LogLevel.Warning) : ILogger<T>
{
    public List<string> All { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            All.Add(formatter(state, exception));
        }
    }
}
