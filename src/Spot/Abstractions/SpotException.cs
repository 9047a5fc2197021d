namespace Spot;

/// <summary>An error of Spot's own kind, for which no standard exception fits: things that do not belong together, or a missing native backend.</summary>
public sealed class SpotException : Exception
{
    /// <summary>An error without a message.</summary>
    public SpotException()
    {
    }

    /// <summary>An error with a message that says what was found, what was expected, where, and what to do.</summary>
    /// <param name="message">The message.</param>
    public SpotException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause.</param>
    public SpotException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
