namespace Spot.Serialization;

/// <summary>Compares what two runs, or two units of a study, say of themselves as texts by name.</summary>
internal static class IdentityTexts
{
    // An option that an older file does not name was added since, and is off there.
    private const string Off = "False";

    /// <summary>What differs.</summary>
    /// <param name="found">Of the file, as <see cref="OlderTexts"/> reads it.</param>
    /// <param name="expected">Of the run.</param>
    /// <param name="ignored">What may differ, or what older files do not have.</param>
    /// <param name="there">Where the found ones are, for the text.</param>
    /// <param name="here">Where the expected ones are.</param>
    /// <returns>A part of a sentence for each, in the order of the names.</returns>
    public static IEnumerable<string> Differences(
        IReadOnlyDictionary<string, string> found, IReadOnlyDictionary<string, string> expected, Func<string, bool> ignored, string there, string here) =>
        found.Keys.Union(expected.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Where(name => !ignored(name) && found.GetValueOrDefault(name, Off) != expected.GetValueOrDefault(name, Off))
            .Select(name => $"{name} is {found.GetValueOrDefault(name, "nothing")} {there} and {expected.GetValueOrDefault(name, "nothing")} {here}");
}
