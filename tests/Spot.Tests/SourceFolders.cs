using System.Text.RegularExpressions;

namespace Spot.Tests;

/// <summary>The folder of src/Spot in which a type is written.</summary>
internal static partial class SourceFolders
{
    private static readonly Lazy<Dictionary<string, string>> Folders = new(Read);

    /// <summary>The folder, for example <c>Library/Index</c>; null for what the compiler makes.</summary>
    public static string? Of(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return Folders.Value.GetValueOrDefault(type.Name);
    }

    // By name with the number of type parameters, as reflection has it.
    private static Dictionary<string, string> Read()
    {
        string root = Path.Combine(TestPaths.RepositoryRoot, "src", "Spot");
        Dictionary<string, string> folders = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace('\\', '/');
            foreach (Match match in Declaration().Matches(File.ReadAllText(file)))
            {
                string parameters = match.Groups["parameters"].Value;
                folders[match.Groups["name"].Value + (parameters.Length > 0 ? $"`{parameters.Count(c => c == ',') + 1}" : "")] = folder;
            }
        }

        return folders;
    }

    // What stands at the beginning of a line: types in types have their outer one's folder.
    [GeneratedRegex(@"^(public |internal |file )?((static|sealed|abstract|readonly|partial|unsafe|ref) )*(class|record struct|record|struct|interface|enum|delegate [\w<>\[\]?.]+) (?<name>\w+)(<(?<parameters>[^>]+)>)?", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
