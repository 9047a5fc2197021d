using Spot.Library;
using Spot.Tests;
using Spot.Tests.Packaging;

namespace Spot.PostgreSql.Tests;

/// <summary>The package as a newcomer meets it: packed, added to a fresh project outside the repository, and the program of its README run on a database.</summary>
public sealed class PackageTests
{
    private const string Readme = "src/Spot.PostgreSql/README.md";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_packed_library_runs_the_program_of_its_readme_on_a_database()
    {
        string connection = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        using PackedProject project = new("<ImplicitUsings>enable</ImplicitUsings><SpotCheckBackend>false</SpotCheckBackend>", string.Join('\n', Markdown.Snippets(Readme)[1]), Cancel);
        foreach (string id in (string[])["Spot", "Spot.PostgreSql"])
        {
            await project.PackAsync(id);
        }

        await project.AddPackagesOfAsync(Readme);
        string built = await project.BuildAsync();
        Assert.DoesNotContain("warning ", built, StringComparison.Ordinal);
        string archive = Path.Combine(TestPaths.RepositoryRoot, "samples", "PromptServer", "prompts.zip");
        string[] printed = (await project.RunAsync(connection, archive)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

        using TempFolder folder = new();
        using PromptLibrary expected = PromptLibrary.Open(folder.Path);
        await expected.ImportAsync(archive, cancellationToken: Cancel);
        string[] lines = await expected.ListAsync(Cancel).Select(prompt => $"{prompt.Id} of {prompt.Task}, {prompt.Length} rows").ToArrayAsync(Cancel);
        Assert.NotEmpty(lines);
        Assert.Equal(lines.Order(), printed.Order());
    }
}
