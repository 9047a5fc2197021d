using System.Text.RegularExpressions;

namespace Spot.Tests.Packaging;

/// <summary>The fenced blocks of a document in the repository.</summary>
internal static partial class Markdown
{
    /// <summary>The lines of every C# block, in their order.</summary>
    /// <param name="document">The document, from the repository's root.</param>
    public static IReadOnlyList<string[]> Snippets(string document) => Blocks(document, "csharp");

    /// <summary>The lines of every block of a language, in their order.</summary>
    public static IReadOnlyList<string[]> Blocks(string document, string language)
    {
        List<string[]> blocks = [];
        List<string>? open = null;
        foreach (string line in File.ReadLines(Path.Combine(TestPaths.RepositoryRoot, document)))
        {
            if (open is not null && line == "```")
            {
                blocks.Add([.. open]);
                open = null;
            }
            else if (line == "```" + language)
            {
                open = [];
            }
            else
            {
                open?.Add(line);
            }
        }

        return blocks;
    }

    /// <summary>The packages that a document tells to add, with their versions.</summary>
    public static IReadOnlyList<(string Id, string Version)> Packages(string document) =>
        [.. AddPackage().Matches(File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, document))).Select(match => (match.Groups[1].Value, match.Groups[2].Value))];

    /// <summary>A document's C# as one program: its blocks put together as they stand.</summary>
    public static string Program(string document) => string.Join('\n', Snippets(document).SelectMany(lines => lines)) + "\n";

    [GeneratedRegex(@"^dotnet add package (\S+) --version (\S+)$", RegexOptions.Multiline)]
    private static partial Regex AddPackage();
}
