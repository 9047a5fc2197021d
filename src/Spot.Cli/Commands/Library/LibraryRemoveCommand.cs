using System.CommandLine;
using Spot.Library;

namespace Spot.Cli;

/// <summary><c>spot library remove</c>: removes prompts.</summary>
internal sealed class LibraryRemoveCommand : ToolCommand
{
    private readonly LibraryChoice _library = new();
    private readonly Argument<string[]> _ids = new("id") { HelpName = "ID", Description = "The prompts' ids", Arity = ArgumentArity.OneOrMore };

    public LibraryRemoveCommand(Terminal terminal)
        : base("remove", "Remove prompts from a library.", terminal)
    {
        Arguments.Add(_ids);
        Add(_library);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        using PromptLibrary library = _library.OpenExisting(call);
        string[] ids = call.Parsed.GetValue(_ids)!;
        foreach (string id in ids)
        {
            if (await library.GetVersionAsync(id, cancellationToken) is null)
            {
                throw new ArgumentException($"The library '{library.Folder}' has no prompt '{id}'; nothing was removed. 'spot library list' says what it holds.");
            }
        }

        foreach (string id in ids)
        {
            await library.RemoveAsync(id, cancellationToken);
        }

        call.Result(new { removed = ids, library = library.Folder }, () => call.Say($"Removed {string.Join(", ", ids)} from {library.Folder}."));
        call.Next($"spot library list{_library.Again(call.Parsed)}");
        return ExitCode.Done;
    }
}
