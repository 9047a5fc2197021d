using Microsoft.Extensions.Logging;

namespace Spot.Cli;

/// <summary>Writes warnings and errors as lines.</summary>
internal sealed class WarningLog<T>(TextWriter writer) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            writer.WriteLine($"Warning: {formatter(state, exception)}");
        }
    }
}
