using System.CommandLine;
using Spot.Tasks;

namespace Spot.Cli;

/// <summary><c>spot data leaks</c>: finds text that one task trains on and another is judged by.</summary>
internal sealed class DataLeaksCommand : ToolCommand
{
    private readonly Argument<string> _root = new("root") { HelpName = "FOLDER", Description = "The folder that holds task folders, or with --names data sets" };
    private readonly Option<string[]> _names = new("--names") { HelpName = "NAME", Description = "Tasks of the paper by their names, compared field by field [default: all task folders, by their whole inputs]", AllowMultipleArgumentsPerToken = true };
    private readonly LibraryOptions _options = LibraryOptions.Of<TaskLoadOptions>();

    public DataLeaksCommand(Terminal terminal)
        : base("leaks", "Find text that one task trains on and another is judged by.", terminal)
    {
        Arguments.Add(_root);
        Options.Add(_names);
        Add(_options);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        TaskLoadOptions options = new();
        _options.Apply(call.Parsed, options);
        string root = call.Parsed.GetValue(_root)!;
        string[] names = call.Parsed.GetValue(_names) ?? [];
        IReadOnlyList<TaskLeak> leaks = names.Length > 0
            ? await TaskLeaks.FindAsync(names, root, options, cancellationToken)
            : TaskLeaks.Find(await TaskFolder.LoadAllAsync(root, options, cancellationToken));
        call.Result(
            new { root = Path.GetFullPath(root), leaks },
            () =>
            {
                call.Say(leaks.Count == 0 ? $"No task of {root} trains on what another one is judged by." : $"{leaks.Count} {(leaks.Count == 1 ? "leak" : "leaks")} in {root}:");
                foreach (TaskLeak leak in leaks)
                {
                    call.Say($"! {leak}");
                }
            });
        call.Next(leaks.Count == 0 ? $"spot study run --data {Shell.Quote(root)} --output study" : "remove these rows, or leave the pair out: studies do so by themselves");
        return ExitCode.Done;
    }
}
