using System.Reflection;
using Microsoft.Extensions.Logging;
using Spot.Tests;
using Spot.Tests.Packaging;

namespace Spot.Hangfire.Tests;

/// <summary>The C# of the README is what the compiler has read, and the guide names every message.</summary>
public sealed class SnippetTests
{
    [Fact]
    public void Every_snippet_is_compiled_code()
    {
        string code = Trimmed(File.ReadLines(Path.Combine(TestPaths.RepositoryRoot, "tests", "Spot.Hangfire.Tests", nameof(HangfireSnippets) + ".cs")));
        Assert.All(Markdown.Snippets("src/Spot.Hangfire/README.md"), snippet => Assert.Contains(Trimmed(snippet), code, StringComparison.Ordinal));
    }

    [Fact]
    public void The_guide_names_every_message()
    {
        string guide = File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "docs", "scale-out.md"));
        LoggerMessageAttribute[] messages = [.. typeof(WorkerLog).GetMethods().Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()];
        Assert.NotEmpty(messages);
        Assert.All(messages, message => Assert.Contains($"| {message.EventId} | {message.Level} | `{message.Message}` |", guide, StringComparison.Ordinal));
    }

    private static string Trimmed(IEnumerable<string> lines) => string.Join('\n', lines.Select(line => line.Trim()).Where(line => line.Length > 0));
}
