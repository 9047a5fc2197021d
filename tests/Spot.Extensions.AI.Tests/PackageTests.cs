using Spot.Library;
using Spot.Tests;
using Spot.Tests.Packaging;

namespace Spot.Extensions.AI.Tests;

/// <summary>The package as a newcomer meets it: its README.</summary>
public sealed class PackageTests
{
    private const string Readme = "src/Spot.Extensions.AI/README.md";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_snippet_of_the_readme_is_compiled_code()
    {
        string code = Trimmed(File.ReadLines(Path.Combine(TestPaths.RepositoryRoot, "tests", "Spot.Extensions.AI.Tests", nameof(ReadmeSnippets) + ".cs")));
        Assert.All(Markdown.Snippets(Readme), snippet => Assert.Contains(Trimmed(snippet), code, StringComparison.Ordinal));
        Assert.Equal(2, Markdown.Snippets(Readme).Count);
    }

    [Fact]
    public async Task A_packed_library_runs_the_program_of_its_readme_on_the_bundled_model()
    {
        const string properties = """
            <ImplicitUsings>enable</ImplicitUsings>
            <CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>true</CreateHardLinksForCopyFilesToOutputDirectoryIfPossible>
            """;
        using PackedProject project = new(properties, Markdown.Program(Readme), Cancel);
        foreach (string id in (string[])["Spot", "Spot.Extensions.AI"])
        {
            await project.PackAsync(id);
        }

        await project.AddPackagesOfAsync(Readme);
        await project.BuildAsync();
        string prompts = Path.Combine(project.Folder, "prompts");
        using (PromptLibrary library = PromptLibrary.Open(prompts))
        {
            await library.ImportAsync(Path.Combine(TestPaths.RepositoryRoot, "samples", "PromptServer", "prompts.zip"), cancellationToken: Cancel);
        }

        string printed = await project.RunAsync(Path.Combine(TestPaths.RepositoryRoot, "models", "spot-tiny"), prompts);
        string[] lines = printed.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("opinion", lines[0]);
        Assert.Matches("^[1-9][0-9]*$", lines[1]);
    }

    // Indentation, empty lines and directives do not count.
    private static string Trimmed(IEnumerable<string> lines) =>
        string.Join('\n', lines.Select(line => line.Trim()).Where(line => line.Length > 0 && !(line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('=', StringComparison.Ordinal))));
}
