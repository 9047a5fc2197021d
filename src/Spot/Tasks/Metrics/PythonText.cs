using System.Globalization;
using System.Text;

namespace Spot.Tasks;

/// <summary>What white space, words and lower case are to Python, in whose terms the text metrics are defined.</summary>
/// <remarks>
/// .NET differs: its white space lacks U+001C … U+001F, its word characters have combining marks and lack numbers such as ½, its lower
/// case knows neither İ nor the final Σ. Text is taken by code point; a lone surrogate stands for itself.
/// </remarks>
internal static class PythonText
{
    private const char Sigma = 'Σ';

    // Within words, so that the case of a Σ is decided by the letters beyond (Word_Break = MidLetter, MidNumLet, Single_Quote).
    private const string InsideWords = "'.:·\u0387\u055F\u05F4‘’\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

    /// <summary>The code point at an index and, after the call, the index of the next.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">An index within it.</param>
    public static int Next(ReadOnlySpan<char> text, ref int at)
    {
        char first = text[at++];
        return char.IsHighSurrogate(first) && at < text.Length && char.IsLowSurrogate(text[at]) ? char.ConvertToUtf32(first, text[at++]) : first;
    }

    /// <summary>Whether <c>str.split</c> and <c>\s</c> take a code point for white space.</summary>
    /// <param name="codePoint">The code point.</param>
    public static bool IsWhiteSpace(int codePoint) => codePoint <= char.MaxValue && (char.IsWhiteSpace((char)codePoint) || codePoint is >= 0x1C and <= 0x1F);

    /// <summary>Whether a code point is part of a word to <c>\w</c> and <c>\b</c>: a letter, a number of any kind or an underscore.</summary>
    /// <param name="codePoint">The code point.</param>
    public static bool IsWord(int codePoint) => codePoint == '_' || CharUnicodeInfo.GetUnicodeCategory(codePoint) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or
        UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>The text without the white space at its start and end.</summary>
    /// <param name="text">The text.</param>
    public static string Trim(string text)
    {
        string trimmed = TrimEnd(text);
        int start = 0;
        while (start < trimmed.Length && IsWhiteSpace(trimmed[start]))
        {
            start++;
        }

        return trimmed[start..];
    }

    /// <summary>The text without the white space at its end.</summary>
    /// <param name="text">The text.</param>
    public static string TrimEnd(string text)
    {
        int end = text.Length;
        while (end > 0 && IsWhiteSpace(text[end - 1]))
        {
            end--;
        }

        return text[..end];
    }

    /// <summary>The stretches between white space; none is empty.</summary>
    /// <param name="text">The text.</param>
    public static List<string> Split(ReadOnlySpan<char> text)
    {
        List<string> words = [];
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || IsWhiteSpace(text[i]))
            {
                if (i > start)
                {
                    words.Add(text[start..i].ToString());
                }

                start = i + 1;
            }
        }

        return words;
    }

    /// <summary>Lower case by the full mapping of Unicode: İ becomes i with U+0307, a Σ at the end of a word ς.</summary>
    /// <param name="text">The text.</param>
    public static string ToLower(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        StringBuilder lower = new(text.Length + 1);
        bool inWord = false;
        for (int at = 0; at < text.Length;)
        {
            int start = at;
            int codePoint = Next(text, ref at);
            switch (codePoint)
            {
                case 'İ':
                    lower.Append("i\u0307");
                    break;
                case Sigma:
                    lower.Append(inWord && EndsWord(text.AsSpan(at)) ? 'ς' : 'σ');
                    break;
                default:
                    lower.Append(Rune.TryCreate(codePoint, out Rune rune) ? Rune.ToLowerInvariant(rune).ToString() : text[start..at]);
                    break;
            }

            inWord = IsIgnorable(codePoint) ? inWord : IsCased(codePoint);
        }

        return lower.ToString();
    }

    /// <summary>Whether no cased letter follows, whatever is inside words looked through.</summary>
    private static bool EndsWord(ReadOnlySpan<char> rest)
    {
        for (int at = 0; at < rest.Length;)
        {
            int codePoint = Next(rest, ref at);
            if (!IsIgnorable(codePoint))
            {
                return !IsCased(codePoint);
            }
        }

        return true;
    }

    /// <summary>Unicode's Case_Ignorable.</summary>
    private static bool IsIgnorable(int codePoint) =>
        (codePoint <= char.MaxValue && InsideWords.Contains((char)codePoint)) || CharUnicodeInfo.GetUnicodeCategory(codePoint) is
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    /// <summary>Unicode's Cased, of what is not ignorable: letters of a case, and the symbols that are made of them (ª, Ⅳ, ⓐ, 🄰).</summary>
    private static bool IsCased(int codePoint) =>
        codePoint is 0xAA or 0xBA or (>= 0x2160 and <= 0x217F) or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189)
        || CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;
}
