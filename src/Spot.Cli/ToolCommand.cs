using System.CommandLine;

namespace Spot.Cli;

/// <summary>A command of the tool: its options, and what it does.</summary>
internal abstract class ToolCommand : Command
{
    /// <summary>A command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does, in a sentence.</param>
    /// <param name="terminal">Where it reads and writes.</param>
    protected ToolCommand(string name, string description, Terminal terminal)
        : base(name, description) => SetAction((parsed, cancellationToken) => DoAsync(new Call(parsed, terminal), cancellationToken));

    /// <summary>Does it.</summary>
    /// <returns>The exit code.</returns>
    protected abstract Task<int> RunAsync(Call call, CancellationToken cancellationToken);

    /// <summary>Adds a group of options.</summary>
    protected void Add(IOptionGroup group)
    {
        foreach (Symbol symbol in group.Symbols)
        {
            switch (symbol)
            {
                case Argument argument:
                    Arguments.Add(argument);
                    break;
                case Option option:
                    Options.Add(option);
                    break;
            }
        }
    }

    private async Task<int> DoAsync(Call call, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(call, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            call.Tell($"Stopped. {call.WhenInterrupted ?? "Nothing was changed."}");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (InputErrors.Has(e))
        {
            call.Tell($"Error: {InputErrors.Message(e)}");
            return ExitCode.WrongInput;
        }
    }
}
