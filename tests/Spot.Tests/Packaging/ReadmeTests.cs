namespace Spot.Tests.Packaging;

/// <summary>The C# of README.md is that of <see cref="ReadmeSnippets"/>, which the compiler has read.</summary>
public class ReadmeTests
{
    [Fact]
    public void Every_snippet_is_compiled_code()
    {
        string[] code = [.. Lines(Path.Combine(TestPaths.RepositoryRoot, "tests", "Spot.Tests", "Packaging", "ReadmeSnippets.cs"))];
        List<string[]> snippets = Snippets(Lines(Path.Combine(TestPaths.RepositoryRoot, "README.md")));
        Assert.NotEmpty(snippets);
        int from = 0;
        foreach (string[] snippet in snippets)
        {
            int at = Enumerable.Range(from, code.Length - from).FirstOrDefault(i => code.AsSpan(i).StartsWith(snippet), -1);
            Assert.True(at >= 0, $"README.md: this snippet does not follow the one before it in ReadmeSnippets.cs:\n{string.Join('\n', snippet)}");
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
