using System.Globalization;
using System.Text.RegularExpressions;

namespace Spot.Tasks;

/// <summary>The files of a split in a folder: one, or parts as data hubs name them, train-00000-of-00002.parquet.</summary>
internal static partial class DataFileParts
{
    /// <summary>Finds them in the order of their numbers.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">The split.</param>
    /// <param name="extensions">What the names may end in.</param>
    /// <exception cref="InvalidDataException">There are several files, or some of the parts are missing.</exception>
    public static IReadOnlyList<string> Find(string folder, string name, IReadOnlyList<string> extensions)
    {
        string[] whole = [.. extensions.Select(extension => name + extension).Where(file => File.Exists(Path.Combine(folder, file)))];
        (string File, string Kind, int Number, int Of)[] parts = [.. Directory.EnumerateFiles(folder, name + "-*").Select(path => Path.GetFileName(path))
            .Select(file => (File: file, Match: PartName().Match(file))).Where(part => part.Match.Success && part.Match.Groups["name"].Value == name)
            .Where(part => extensions.Contains(part.Match.Groups["extension"].Value, StringComparer.Ordinal))
            .Select(part => (part.File, part.Match.Groups["extension"].Value, Number(part.Match, "number"), Number(part.Match, "of"))).OrderBy(part => part.Item3)];
        if (whole.Length + parts.Select(part => (part.Kind, part.Of)).Distinct().Count() > 1)
        {
            throw new InvalidDataException(
                $"'{folder}' holds {string.Join(" and ", whole.Concat(parts.Select(part => part.File)).Take(4).Select(file => $"'{file}'"))}; expected one file for '{name}', or the parts of one. Remove the others, or name one.");
        }

        if (parts.Length > 0 && !parts.Select(part => part.Number).SequenceEqual(Enumerable.Range(0, parts[0].Of)))
        {
            throw new InvalidDataException(
                $"'{folder}' holds the parts {string.Join(", ", parts.Take(20).Select(part => part.Number))} of '{name}', counted from 0; expected each of {parts[0].Of} once. Download the others.");
        }

        return [.. whole.Concat(parts.Select(part => part.File)).Select(file => Path.Combine(folder, file))];
    }

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    // Older hub files have a checksum behind the numbers.
    [GeneratedRegex("^(?<name>.+)-(?<number>[0-9]{5})-of-(?<of>[0-9]{5})(-[0-9a-f]+)?(?<extension>\\..+)$")]
    private static partial Regex PartName();
}
