using System.Reflection;
using Microsoft.Extensions.Logging;
using Spot.Tests;
using Spot.Tests.Packaging;

namespace Spot.PostgreSql.Tests;

/// <summary>The C# of the documents is what the compiler has read, and the tables name what there is.</summary>
public class SnippetTests
{
    [Theory]
    [InlineData("docs/scale-out.md")]
    [InlineData("src/Spot.PostgreSql/README.md")]
    public void Every_snippet_is_compiled_code(string document)
    {
        string code = Trimmed(File.ReadLines(Path.Combine(TestPaths.RepositoryRoot, "tests", "Spot.PostgreSql.Tests", nameof(LibrarySnippets) + ".cs")));
        Assert.All(Markdown.Snippets(document), snippet => Assert.Contains(Trimmed(snippet), code, StringComparison.Ordinal));
    }

    [Fact]
    public void The_guide_names_every_message()
    {
        string guide = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "scale-out.md"));
        LoggerMessageAttribute[] messages = [.. new[] { typeof(PostgresLog), typeof(StudyStoreLog) }.SelectMany(type => type.GetMethods()).Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()];
        Assert.NotEmpty(messages);
        Assert.All(messages, message => Assert.Contains($"| {message.EventId} | {message.Level} | `{message.Message}` |", guide, StringComparison.Ordinal));
    }

    private static string Trimmed(IEnumerable<string> lines) => string.Join('\n', lines.Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith("using Npgsql;", StringComparison.Ordinal) && !line.StartsWith("using Spot", StringComparison.Ordinal)));
}
