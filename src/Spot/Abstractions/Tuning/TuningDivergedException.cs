namespace Spot;

/// <summary>A run's loss, gradient or numbers became infinite or not a number. What was good before is not lost.</summary>
public sealed class TuningDivergedException : ArithmeticException
{
    /// <summary>An error without a message.</summary>
    public TuningDivergedException()
    {
    }

    /// <summary>An error with a message.</summary>
    /// <param name="message">The message.</param>
    public TuningDivergedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    /// <param name="message">The message.</param>
    /// <param name="innerException">The cause.</param>
    public TuningDivergedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The step that could not be done, from 1.</summary>
    public int Step { get; init; }

    /// <summary>The examples of its batch.</summary>
    public IReadOnlyList<TextExample> Batch { get; init; } = [];

    /// <summary>The prompt before that step; null in model tuning.</summary>
    public SoftPrompt? LastGood { get; init; }

    /// <summary>What the run gave until then, with <see cref="TuningResult.Divergence"/> set to this error; null in model tuning.</summary>
    public TuningResult? Result { get; set; }

    /// <summary>The prompt with the best validation score before that step; null where nothing was evaluated yet, and in model tuning.</summary>
    public SoftPrompt? Best { get; init; }
}
