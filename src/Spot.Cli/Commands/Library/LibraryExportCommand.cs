using System.CommandLine;
using Spot.Library;

namespace Spot.Cli;

/// <summary><c>spot library export</c>: writes a whole library into one file.</summary>
internal sealed class LibraryExportCommand : ToolCommand
{
    private readonly LibraryChoice _library = new();
    private readonly Argument<string> _archive = new("archive") { HelpName = "FILE", Description = "The archive, a zip file" };

    public LibraryExportCommand(Terminal terminal)
        : base("export", "Write a whole library into one file.", terminal)
    {
        Arguments.Add(_archive);
        Add(_library);
    }

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        using PromptLibrary library = _library.OpenExisting(call);
        string archive = call.Parsed.GetValue(_archive)!;
        int prompts = await library.ExportAsync(archive, cancellationToken);
        call.Result(new { archive = Path.GetFullPath(archive), prompts }, () => call.Say($"{prompts} prompts of {library.Folder} are in {archive}."));
        call.Next($"on another machine: spot library import {Shell.Quote(Path.GetFileName(archive))}");
        return ExitCode.Done;
    }
}
