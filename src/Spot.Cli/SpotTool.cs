using System.CommandLine;
using System.CommandLine.Parsing;

namespace Spot.Cli;

/// <summary>The tool: its commands, and how a command line is run.</summary>
internal static class SpotTool
{
    /// <summary>Whether a program reads the output; every command has it.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Write one JSON document, or JSON lines where there are rows, and nothing else to standard output", Recursive = true };

    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        ParseResult parsed = Create(terminal).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null }); // a text may begin with @
        if (parsed.Errors.Count > 0 && parsed.Action is not System.CommandLine.Help.HelpAction)
        {
            foreach (ParseError error in parsed.Errors)
            {
                await terminal.Error.WriteLineAsync($"Error: {error.Message}");
            }

            await terminal.Error.WriteLineAsync($"Next: {PathOf(parsed.CommandResult)} --help");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(
            new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = terminal.EndsWithin }, cancellationToken);
    }

    /// <summary>All commands.</summary>
    public static RootCommand Create(Terminal terminal) => new("Soft prompts for a frozen T5: tune them, keep them in a library, start new tasks from similar ones, serve them.")
    {
        Json,
        new TuneCommand(terminal),
        new EvaluateCommand(terminal),
        new PredictCommand(terminal),
        new EmbedCommand(terminal),
        new SearchCommand(terminal),
        new TransferCommand(terminal),
        CommandGroup.Create(
            "library", "Look into a prompt library and change it.", new LibraryListCommand(terminal), new LibraryShowCommand(terminal), new LibraryAddCommand(terminal),
            new LibraryRemoveCommand(terminal), new LibraryExportCommand(terminal), new LibraryImportCommand(terminal), new LibraryVerifyCommand(terminal)),
        new ConvertCommand(terminal),
        CommandGroup.Create("data", "Make task folders and look at data.", new DataSplitCommand(terminal), new DataReportCommand(terminal), new DataLeaksCommand(terminal)),
        CommandGroup.Create(
            "study", "Find out which task helps which, on this machine or on many.", new StudyRunCommand(terminal), new StudyReportCommand(terminal), new StudySubmitCommand(terminal),
            new StudyWorkCommand(terminal), new StudyStatusCommand(terminal)),
        new ServeCommand(terminal),
        CommandGroup.Create("model", "Look at checkpoints.", new ModelInfoCommand(terminal), new ModelFetchHelpCommand(terminal)),
    };

    private static string PathOf(SymbolResult? result)
    {
        List<string> names = [];
        for (; result is not null; result = result.Parent)
        {
            if (result is CommandResult command)
            {
                names.Add(command.Parent is null ? "spot" : command.Command.Name);
            }
        }

        return string.Join(' ', names.AsEnumerable().Reverse());
    }
}
