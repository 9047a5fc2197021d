using System.Text;
using System.Text.RegularExpressions;

namespace Spot.Tasks;

/// <summary>The string operations of the study's formats. White space is TAB, LF, FF, CR and SPACE; punctuation is that of ASCII, both as in RE2.</summary>
internal static partial class TextOperations
{
    /// <summary>Each run of white space becomes one space; nothing is trimmed.</summary>
    public static string CollapseSpaces(string text)
    {
        StringBuilder result = new(text.Length);
        bool inside = false;
        foreach (char c in text)
        {
            Append(result, c, ref inside);
        }

        return result.ToString();
    }

    /// <summary>Spaces around every punctuation character, then <see cref="CollapseSpaces"/>.</summary>
    public static string PadPunctuation(string text)
    {
        StringBuilder result = new(text.Length + 16);
        bool inside = false;
        foreach (char c in text)
        {
            if (char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)))
            {
                Append(result, ' ', ref inside);
                Append(result, c, ref inside);
                Append(result, ' ', ref inside);
            }
            else
            {
                Append(result, c, ref inside);
            }
        }

        return result.ToString();
    }

    /// <summary>MultiRC: line breaks become spaces, then marks of bold type vanish.</summary>
    public static string RemoveMarkup(string text) =>
        BoldMark().Replace(text.Replace("<br>", " ", StringComparison.Ordinal), "");

    /// <summary>ReCoRD: highlights become sentences of the passage.</summary>
    public static string JoinHighlights(string passage) =>
        HighlightAfterEnd().Replace(passage, "$1 ").Replace("\n@highlight\n", ". ", StringComparison.Ordinal);

    /// <summary>Without the task's name in front: up to and with the first space.</summary>
    public static string RemoveFirstToken(string text) => text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static void Append(StringBuilder result, char c, ref bool inside)
    {
        bool space = c is ' ' or '\t' or '\n' or '\f' or '\r';
        if (!space || !inside)
        {
            result.Append(space ? ' ' : c);
        }

        inside = space;
    }

    [GeneratedRegex("</?b>")]
    private static partial Regex BoldMark();

    [GeneratedRegex("([.?!\"'])\n@highlight\n")]
    private static partial Regex HighlightAfterEnd();
}
