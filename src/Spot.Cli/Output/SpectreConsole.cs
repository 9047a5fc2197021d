using Spectre.Console;

namespace Spot.Cli;

/// <summary>Spectre's console over a writer.</summary>
internal static class SpectreConsole
{
    // What no terminal cuts is not to be wrapped.
    private const int WideEnough = 1_000;

    /// <summary>A console with colours in a terminal, plain text elsewhere.</summary>
    public static IAnsiConsole Of(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = WideEnough;
        }

        return console;
    }
}
