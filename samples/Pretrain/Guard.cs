using Spectre.Console;

namespace Spot.Samples.Pretrain;

/// <summary>Turns errors that a user can mend into messages.</summary>
internal static class Guard
{
    public static async Task<int> RunAsync(Func<Task> work)
    {
        try
        {
            await work();
            return 0;
        }
        catch (OperationCanceledException)
        {
            AnsiConsole.MarkupLine("[yellow]Stopped; the same command goes on from here.[/]");
            return 130;
        }
        catch (Exception e) when (e is SpotException or IOException or InvalidDataException or ArgumentException or ArithmeticException or UnauthorizedAccessException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{e.Message}[/]");
            return 1;
        }
    }
}
