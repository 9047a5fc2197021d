using Spot.Tests;
using Spot.Tests.Packaging;

namespace Spot.AspNetCore.Tests;

/// <summary>The C# of the documents is what the compiler has read, and the tables name what there is.</summary>
public sealed class SnippetTests
{
    [Theory]
    [InlineData("docs/serving.md")]
    [InlineData("src/Spot.AspNetCore/README.md")]
    public void Every_snippet_is_compiled_code(string document)
    {
        string code = Trimmed(File.ReadLines(Path.Combine(TestPaths.RepositoryRoot, "tests", "Spot.AspNetCore.Tests", nameof(ServingSnippets) + ".cs")));
        Assert.Contains(Trimmed(Assert.Single(Markdown.Snippets(document))), code, StringComparison.Ordinal);
    }

    [Fact]
    public void The_guide_names_every_option()
    {
        string guide = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "serving.md"));
        Assert.All(typeof(ServingOptions).GetProperties(), option => Assert.Contains($"| `{option.Name}` |", guide, StringComparison.Ordinal));
    }

    private static string Trimmed(IEnumerable<string> lines) => string.Join('\n', lines.Select(line => line.Trim()).Where(line => line.Length > 0));
}
