using System.CommandLine;
using Spot.Library;

namespace Spot.Cli;

/// <summary>The prompt library.</summary>
internal sealed class LibraryChoice : IOptionGroup
{
    private readonly Option<string> _folder = new("--library") { HelpName = "FOLDER", Description = "Folder of the prompt library", DefaultValueFactory = _ => "prompts" };

    /// <inheritdoc/>
    public IEnumerable<Symbol> Symbols => [_folder];

    /// <summary>Its folder.</summary>
    public string Folder(ParseResult parsed) => parsed.GetValue(_folder)!;

    /// <summary>The option as it was given, for a command to go on with; empty for the default.</summary>
    public string Again(ParseResult parsed) => parsed.GetResult(_folder) is { Implicit: false } ? $" {_folder.Name} {Shell.Quote(Folder(parsed))}" : "";

    /// <summary>Opens it, made if need be; the caller disposes of it.</summary>
    public PromptLibrary Open(Call call, string? backboneFingerprint = null) =>
        PromptLibrary.Open(Folder(call.Parsed), backboneFingerprint, call.Log<PromptLibrary>());

    /// <summary>Opens one that is there; the caller disposes of it.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public PromptLibrary OpenExisting(Call call, string? backboneFingerprint = null) => Directory.Exists(Folder(call.Parsed))
        ? Open(call, backboneFingerprint)
        : throw new DirectoryNotFoundException($"Found no prompt library '{Folder(call.Parsed)}', expected a folder that 'spot tune' filled. Tune a prompt, or name another one with {_folder.Name}.");
}
