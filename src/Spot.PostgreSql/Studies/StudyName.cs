using System.Text.RegularExpressions;

namespace Spot.PostgreSql;

/// <summary>Which names a study may have.</summary>
internal static partial class StudyName
{
    /// <exception cref="ArgumentException">It is not allowed.</exception>
    internal static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Allowed().IsMatch(name))
        {
            throw new ArgumentException($"Found the study '{name}', expected 1 to 100 letters, digits, dots, dashes and underscores, and no dot in front. Choose another name.", nameof(name));
        }
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}\z")]
    private static partial Regex Allowed();
}
