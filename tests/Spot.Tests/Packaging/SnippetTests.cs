using System.Text.RegularExpressions;

namespace Spot.Tests.Packaging;

/// <summary>The C# of the documents is that of files which the compiler has read.</summary>
public partial class SnippetTests
{
    [Theory]
    [InlineData("README.md", nameof(ReadmeSnippets))]
    [InlineData("docs/data.md", nameof(DataSnippets))]
    [InlineData("docs/getting-started.md", nameof(GettingStartedSnippets))]
    [InlineData("docs/hosting.md", nameof(HostingSnippets))]
    [InlineData("docs/inference.md", nameof(InferenceSnippets))]
    [InlineData("docs/models.md", nameof(ModelsSnippets))]
    [InlineData("docs/observability.md", nameof(ObservabilitySnippets))]
    [InlineData("docs/tuning.md", nameof(TuningSnippets))]
    [InlineData("src/Spot/README.md", nameof(PackageSnippets))]
    public void Every_snippet_is_compiled_code(string document, string snippetsFile)
    {
        string[] code = [.. Code(File.ReadLines(Path.Combine(TestPaths.RepositoryRoot, "tests", "Spot.Tests", "Packaging", snippetsFile + ".cs")))];
        IReadOnlyList<string[]> snippets = Markdown.Snippets(document);
        Assert.NotEmpty(snippets);
        int from = 0;
        foreach (string[] snippet in snippets.Select(lines => Code(lines).ToArray()))
        {
            int at = Enumerable.Range(from, code.Length - from).FirstOrDefault(i => code.AsSpan(i).StartsWith(snippet), -1);
            Assert.True(at >= 0, $"{document}: this snippet does not follow the one before it in {snippetsFile}.cs:\n{string.Join('\n', snippet)}");
            from = at + snippet.Length;
        }
    }

    // Indentation and empty lines do not count, nor do directives, which stand at the head of a file.
    private static IEnumerable<string> Code(IEnumerable<string> lines) =>
        lines.Select(line => line.Trim()).Where(line => line.Length > 0 && !Directive().IsMatch(line));

    [GeneratedRegex(@"^using [\w.]+;$")]
    private static partial Regex Directive();
}
