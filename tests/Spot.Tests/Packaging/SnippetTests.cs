namespace Spot.Tests.Packaging;

/// <summary>The C# of the documents is that of files which the compiler has read.</summary>
public class SnippetTests
{
    [Theory]
    [InlineData("README.md", nameof(ReadmeSnippets))]
    [InlineData("docs/data.md", nameof(DataSnippets))]
    [InlineData("docs/getting-started.md", nameof(GettingStartedSnippets))]
    public void Every_snippet_is_compiled_code(string document, string snippetsFile)
    {
        string[] code = [.. Lines(Path.Combine(TestPaths.RepositoryRoot, "tests", "Spot.Tests", "Packaging", snippetsFile + ".cs"))];
        List<string[]> snippets = Snippets(Lines(Path.Combine(TestPaths.RepositoryRoot, document)));
        Assert.NotEmpty(snippets);
        int from = 0;
        foreach (string[] snippet in snippets)
        {
            int at = Enumerable.Range(from, code.Length - from).FirstOrDefault(i => code.AsSpan(i).StartsWith(snippet), -1);
            Assert.True(at >= 0, $"{document}: this snippet does not follow the one before it in {snippetsFile}.cs:\n{string.Join('\n', snippet)}");
            from = at + snippet.Length;
        }
    }

    // Indentation and empty lines do not count.
    private static IEnumerable<string> Lines(string path) => File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0);

    private static List<string[]> Snippets(IEnumerable<string> markdown)
    {
        List<string[]> snippets = [];
        List<string>? open = null;
        foreach (string line in markdown)
        {
            if (open is not null && line == "```")
            {
                snippets.Add([.. open]);
                open = null;
            }
            else if (line == "```csharp")
            {
                open = [];
            }
            else
            {
                open?.Add(line);
            }
        }

        return snippets;
    }
}
