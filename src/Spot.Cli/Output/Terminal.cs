namespace Spot.Cli;

/// <summary>Where a command reads and writes.</summary>
/// <param name="In">Standard input.</param>
/// <param name="Out">Standard output: results.</param>
/// <param name="Error">Standard error: messages and progress.</param>
internal sealed record Terminal(TextReader In, TextWriter Out, TextWriter Error)
{
    /// <summary>Whether people type the input.</summary>
    public bool IsInTerminal { get; init; }

    /// <summary>Whether people see the output as it comes.</summary>
    public bool IsOutTerminal { get; init; }

    /// <summary>Whether people see the messages as they come; progress is shown only then.</summary>
    public bool IsErrorTerminal { get; init; }

    /// <summary>How long work may take to come to an end after Ctrl+C; null where the process's signals are another's.</summary>
    public TimeSpan? EndsWithin { get; init; }

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new(Console.In, Console.Out, Console.Error)
    {
        IsInTerminal = !Console.IsInputRedirected,
        IsOutTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
        EndsWithin = TimeSpan.FromMinutes(1),
    };
}
