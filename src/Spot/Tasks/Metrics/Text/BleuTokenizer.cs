using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Spot.Tasks;

/// <summary>Sacrebleu's tokeniser <c>intl</c>: punctuation and symbols apart, but a point within a number stays.</summary>
/// <remarks>Its three rules are applied one after the other, each from left to right; what a rule has taken it does not look at again.</remarks>
internal static class BleuTokenizer
{
    private const int Blank = ' ';

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">The text.</param>
    public static List<string> Tokenize(string text)
    {
        List<int> codePoints = [];
        string trimmed = PythonText.TrimEnd(text);
        for (int at = 0; at < trimmed.Length;)
        {
            codePoints.Add(PythonText.Next(trimmed, ref at));
        }

        return PythonText.Split(Write(PartPairs(PartPairs(codePoints, punctuationFirst: false), punctuationFirst: true)));
    }

    /// <summary>Parts punctuation from what is before it (the first rule) or after it (the second), unless that is a number.</summary>
    private static List<int> PartPairs(List<int> text, bool punctuationFirst)
    {
        List<int> parted = new(text.Count * 2);
        int at = 0;
        while (at < text.Count)
        {
            int first = text[at];
            if (at + 1 < text.Count && IsPair(first, text[at + 1], punctuationFirst))
            {
                ReadOnlySpan<int> pair = punctuationFirst ? [Blank, first, Blank, text[at + 1]] : [first, Blank, text[at + 1], Blank];
                parted.AddRange(pair);
                at += 2;
            }
            else
            {
                parted.Add(first);
                at++;
            }
        }

        return parted;
    }

    private static bool IsPair(int first, int second, bool punctuationFirst) =>
        punctuationFirst ? IsPunctuation(first) && !IsNumber(second) : !IsNumber(first) && IsPunctuation(second);

    /// <summary>The text, with blanks around symbols (the third rule).</summary>
    private static string Write(List<int> text)
    {
        StringBuilder written = new(text.Count * 2);
        foreach (int codePoint in CollectionsMarshal.AsSpan(text))
        {
            bool symbol = IsSymbol(codePoint);
            written.Append(symbol ? " " : "");
            _ = codePoint > char.MaxValue ? written.Append(char.ConvertFromUtf32(codePoint)) : written.Append((char)codePoint);
            written.Append(symbol ? " " : "");
        }

        return written.ToString();
    }

    private static bool IsNumber(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) is
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsPunctuation(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) is
        UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation or
        UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation;

    private static bool IsSymbol(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) is
        UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherSymbol;
}
