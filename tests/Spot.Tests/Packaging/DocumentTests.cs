using System.Text.RegularExpressions;
using Spot.Tests.Backbone;

namespace Spot.Tests.Packaging;

/// <summary>The programs of the documents, pasted into a project outside the repository, run as they stand.</summary>
public sealed partial class DocumentTests(PackedDocuments documents) : IClassFixture<PackedDocuments>
{
    // What the programs write, so that none sees another's.
    private static readonly string[] Outputs = ["prompts", "runs", "study", "tuned-model", "films-peft"];

    [Fact]
    public async Task The_readmes_programs_print_what_stands_below_them()
    {
        IReadOnlyList<string[]> programs = Markdown.Snippets("README.md"); // the second goes on where the first ends
        Assert.Equal(2, programs.Count);
        Assert.InRange(programs[0].Length, 1, 30);
        Assert.InRange(programs[1].Length, 1, 10);
        string printed = await RunAsync("README.md", TestPaths.RepositoryRoot);
        Assert.Equal(Form(string.Join('\n', Markdown.Blocks("README.md", "text").SelectMany(lines => lines))), Form(printed.Trim()));
    }

    [Theory]
    [InlineData("docs/getting-started.md")]
    [InlineData("docs/tuning.md")]
    public async Task A_guides_snippets_run_in_the_order_in_which_they_stand(string document)
    {
        string printed = await RunAsync(document);
        Assert.Matches(@"\d\.\d %", printed);
    }

    [Fact]
    public async Task The_packages_readme_runs_on_a_checkpoint_and_a_task_of_the_users()
    {
        string printed = await RunAsync("src/Spot/README.md", TestModels.SpotTiny, Path.Combine(TestPaths.RepositoryRoot, "samples", "data", "films"));
        Assert.Matches(@"\d\.\d % of the validation rows", printed);
    }

    private async Task<string> RunAsync(string document, params string[] arguments)
    {
        foreach (string left in Outputs.Select(name => Path.Combine(documents.Project.Folder, name)).Where(Directory.Exists))
        {
            Directory.Delete(left, recursive: true);
        }

        documents.Project.Write(Markdown.Program(document));
        await documents.Project.BuildAsync();
        return await documents.Project.RunAsync(arguments);
    }

    // Scores differ somewhat from processor to processor.
    private static string Form(string text) => Number().Replace(text.ReplaceLineEndings("\n"), "#");

    [GeneratedRegex(@"\d+([.,]\d+)?")]
    private static partial Regex Number();
}
