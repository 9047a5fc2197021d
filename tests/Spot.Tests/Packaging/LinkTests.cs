using System.Text.RegularExpressions;

namespace Spot.Tests.Packaging;

/// <summary>The links of the README and of the guides.</summary>
public sealed partial class LinkTests
{
    public static TheoryData<string> Documents =>
        new(Directory.GetFiles(Path.Combine(TestPaths.RepositoryRoot, "docs"), "*.md").Select(file => "docs/" + Path.GetFileName(file)).Order().Append("README.md"));

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_relative_link_leads_to_a_file_and_a_heading(string document)
    {
        string file = Path.Combine(TestPaths.RepositoryRoot, document);
        foreach (Match link in Link().Matches(File.ReadAllText(file)).Where(link => !link.Groups["path"].Value.Contains("://", StringComparison.Ordinal)))
        {
            string path = link.Groups["path"].Value, target = path.Length == 0 ? file : Path.Combine(Path.GetDirectoryName(file)!, path);
            Assert.True(Path.Exists(target), $"{document}: {link.Value} leads to no file.");
            string heading = link.Groups["heading"].Value;
            Assert.True(heading.Length == 0 || Headings(target).Contains(heading), $"{document}: {link.Value} leads to no heading.");
        }
    }

    // As hubs name them: lower case, blanks as hyphens, without punctuation.
    private static IEnumerable<string> Headings(string file) => File.ReadLines(file)
        .Where(line => line.StartsWith('#')).Select(line => Punctuation().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?<path>[^)#\s]*)#?(?<heading>[^)\s]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
