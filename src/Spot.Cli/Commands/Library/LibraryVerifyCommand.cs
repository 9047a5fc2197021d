using Spot.Library;

namespace Spot.Cli;

/// <summary><c>spot library verify</c>: reads every file of a library and compares the numbers with their hashes.</summary>
internal sealed class LibraryVerifyCommand : ToolCommand
{
    private readonly LibraryChoice _library = new();

    public LibraryVerifyCommand(Terminal terminal)
        : base("verify", "Read every file of a library and compare the numbers with their hashes.", terminal) => Add(_library);

    protected override async Task<int> RunAsync(Call call, CancellationToken cancellationToken)
    {
        using PromptLibrary library = _library.OpenExisting(call);
        await library.RefreshAsync(cancellationToken);
        List<LibraryProblem> problems = [.. library.Problems];
        string[] ids = await library.ListAsync(cancellationToken).Select(info => info.Id).ToArrayAsync(cancellationToken);
        foreach (string id in ids)
        {
            try
            {
                await library.GetAsync(id, cancellationToken);
            }
            catch (InvalidDataException e)
            {
                problems.Add(new LibraryProblem(id, e.Message));
            }
        }

        int sound = ids.Length - problems.Count(problem => ids.Contains(problem.Path));
        call.Result(
            new { library = library.Folder, prompts = ids.Length, sound, problems },
            () =>
            {
                call.Say($"{sound} prompts of {library.Folder} are sound, {problems.Count} {(problems.Count == 1 ? "file is" : "files are")} not.");
                foreach (LibraryProblem problem in problems)
                {
                    call.Say($"! {problem.Message}");
                }
            });
        call.Next(problems.Count == 0 ? $"spot library export prompts.zip{_library.Again(call.Parsed)}" : "restore these files from an export, or remove their prompts");
        return problems.Count == 0 ? ExitCode.Done : ExitCode.WrongInput;
    }
}
