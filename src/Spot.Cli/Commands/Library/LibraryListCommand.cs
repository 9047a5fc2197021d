using System.Globalization;
using Spot.Library;

namespace Spot.Cli;

/// <summary><c>spot library list</c>: what a library holds.</summary>
internal sealed class LibraryListCommand : ToolCommand
{
    private readonly LibraryChoice _library = new();

    public LibraryListCommand(Terminal terminal)
        : base("list", "Say what a library holds.", terminal) => Add(_library);

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        using PromptLibrary library = _library.OpenExisting(call);
        PromptInfo[] prompts = await library.ListAsync(cancellationToken).ToArrayAsync(cancellationToken);
        call.Result(
            new { library = library.Folder, backbone = library.BackboneFingerprint, prompts },
            () => call.Table(
                ["prompt", "task", "family", "labels", ">score", ">rows", "backbone", "found by search"],
                prompts.Select(info => (string[])
                [
                    info.Id, info.Task, info.Family ?? "", string.Join(", ", info.Labels), info.Metrics.Count == 0 ? "" : info.Metrics.Values.Average().ToString("F1", CultureInfo.InvariantCulture),
                    info.Length.ToString(CultureInfo.InvariantCulture), info.BackboneName ?? "", info.EmbeddingStep is { } step ? $"at step {step}" : "no",
                ])));
        call.Say($"{prompts.Length} {(prompts.Length == 1 ? "prompt" : "prompts")} in {library.Folder}.");
        call.Next(prompts.Length == 0 ? "spot tune DATA" : $"spot library show {prompts[0].Id}{_library.Again(call.Parsed)}");
        return ExitCode.Done;
    }
}
