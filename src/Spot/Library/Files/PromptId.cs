using System.Text.RegularExpressions;

namespace Spot.Library;

/// <summary>Which ids may name files everywhere.</summary>
internal static partial class PromptId
{
    /// <summary>Checks an id.</summary>
    /// <exception cref="ArgumentException">The id cannot name a file on every system.</exception>
    internal static void Check(string? id)
    {
        if (id is null || !Allowed().IsMatch(id))
        {
            throw new ArgumentException(
                $"Found the id '{id}', expected 1 to 100 of the characters A-Z a-z 0-9 . _ - and no dot in front. Choose another id.", nameof(id));
        }

        if (Reserved().IsMatch(id))
        {
            throw new ArgumentException(
                $"Found the id '{id}', whose name is reserved by Windows or by the library itself. Choose another id.", nameof(id));
        }
    }

    /// <summary>Whether an id may name files.</summary>
    internal static bool IsAllowed(string id) => Allowed().IsMatch(id) && !Reserved().IsMatch(id);

    /// <summary>Whether a file is, or was, the payload of a record with this id.</summary>
    internal static bool IsPayload(string id, string file) =>
        file.Length == id.Length + 1 + LibraryFolder.HashDigits + LibraryFolder.PayloadExtension.Length
        && file.StartsWith(id + ".", StringComparison.Ordinal)
        && file.EndsWith(LibraryFolder.PayloadExtension, StringComparison.Ordinal);

    /// <summary>The error of an id that is taken.</summary>
    /// <param name="id">The new record's.</param>
    /// <param name="taken">The present record's, which may differ by case.</param>
    /// <param name="place">The library.</param>
    internal static SpotException Taken(string id, string taken, string place) => new(
        $"Found the id '{taken}' already in the prompt library '{place}', expected a new one for '{id}' (ids are unique without regard " +
        "to case). Choose another id, or replace the record of exactly that id.");

    [GeneratedRegex(@"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex Allowed();

    // Windows reserves device names with any extension; library.json is the library's own file.
    [GeneratedRegex(@"^(library|(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reserved();
}
