namespace Spot;

/// <summary>As many requests wait as may: nothing of this one was done, and it can be sent again later.</summary>
public sealed class QueueFullException : Exception
{
    /// <summary>An error without a message.</summary>
    public QueueFullException()
    {
    }

    /// <summary>An error with a message.</summary>
    /// <param name="message">The message.</param>
    public QueueFullException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause.</param>
    public QueueFullException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error with a message and the time after which it is worth trying again.</summary>
    /// <param name="message">The message.</param>
    /// <param name="retryAfter">The time, by how fast requests were answered lately.</param>
    public QueueFullException(string message, TimeSpan retryAfter)
        : base(message) => RetryAfter = retryAfter;

    /// <summary>The time after which it is worth trying again, by how fast requests were answered lately.</summary>
    public TimeSpan RetryAfter { get; }
}
