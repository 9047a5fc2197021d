using System.CommandLine;
using Spot.Library;

namespace Spot.Cli;

/// <summary><c>spot library import</c>: takes over what another library wrote into a file.</summary>
internal sealed class LibraryImportCommand : ToolCommand
{
    private readonly LibraryChoice _library = new();
    private readonly Argument<string> _archive = new("archive") { HelpName = "FILE", Description = "An archive that 'spot library export' wrote" };

    public LibraryImportCommand(Terminal terminal)
        : base("import", "Take over all prompts of an archive, or none.", terminal)
    {
        Arguments.Add(_archive);
        Add(_library);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        using PromptLibrary library = _library.Open(call);
        string archive = call.Parsed.GetValue(_archive)!;
        IReadOnlyList<string> added = await library.ImportAsync(archive, cancellationToken);
        call.Result(
            new { library = library.Folder, added },
            () => call.Say(added.Count == 0 ? $"All prompts of {archive} were in {library.Folder} already." : $"{added.Count} prompts of {archive} are new in {library.Folder}: {string.Join(", ", added)}."));
        call.Next($"spot library list{_library.Again(call.Parsed)}");
        return ExitCode.Done;
    }
}
