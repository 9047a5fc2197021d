using System.CommandLine;
using Spot.Tasks;

namespace Spot.Cli;

/// <summary>A task: a folder of one's own, or a data set by the name that the paper gives it.</summary>
internal sealed class TaskChoice : IOptionGroup
{
    private readonly Argument<string> _data = new("data") { HelpName = "DATA", Description = "A task folder (train, validation and, if there, test; task.json); with --task, the folder that holds data sets" };
    private readonly Option<string?> _name = new("--task") { HelpName = "NAME", Description = "A task of the paper by its name, read from the data sets in DATA" };
    private readonly Option<string?> _registrations = new("--tasks") { HelpName = "FILE", Description = "JSON with formats and families of your own, which are then known by name" };
    private readonly LibraryOptions _options = LibraryOptions.Of<TaskLoadOptions>();

    /// <summary>A task that has to be named.</summary>
    public TaskChoice()
    {
    }

    /// <summary>A task of which a command may do without.</summary>
    public TaskChoice(string description) => (_data.Arity, _data.Description) = (ArgumentArity.ZeroOrOne, description);

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_data, _name, _registrations, .. _options.Symbols];

    /// <summary>What was named; null where nothing was.</summary>
    public string? Data(ParseResult parsed) => parsed.GetValue(_data);

    /// <summary>Reads the task.</summary>
    public async Task<TextTask> LoadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string data = parsed.GetValue(_data)!;
        if (File.Exists(data))
        {
            throw new ArgumentException($"'{data}' is a file; expected a task folder. Make one of it: spot data split {Shell.Quote(data)} --output FOLDER.");
        }

        TaskLoadOptions options = new();
        _options.Apply(parsed, options);
        if (parsed.GetValue(_registrations) is { } file)
        {
            TaskRegistry.RegisterFrom(file);
        }

        return parsed.GetValue(_name) is { } name
            ? await TaskRegistry.LoadAsync(name, data, options, cancellationToken)
            : await TaskFolder.LoadAsync(data, options, cancellationToken);
    }
}
