using System.Globalization;
using System.Text;

namespace Spot.Tasks;

/// <summary>Numbers in text, with the grammar of Python's <c>float</c>.</summary>
internal static class NumberText
{
    private static readonly string[] Infinities = ["inf", "infinity"];

    /// <summary>Reads a number.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="value">The number; 0 where there is none.</param>
    /// <returns>Whether the text is a number.</returns>
    public static bool TryParse(string text, out double value)
    {
        string plain = Ascii.IsValid(text) ? text : ToAscii(text);
        ReadOnlySpan<char> number = plain.AsSpan().Trim(" \t\n\r\v\f");
        if (TryParseWord(number, out value))
        {
            return true;
        }

        // The grammar is checked here, so the parser sees nothing but digits, one point, one exponent and signs.
        return IsDecimal(number)
            && double.TryParse(number.ToString().Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }

    private static bool TryParseWord(ReadOnlySpan<char> number, out double value)
    {
        bool negative = number.StartsWith('-');
        ReadOnlySpan<char> word = negative || number.StartsWith('+') ? number[1..] : number;
        foreach (string infinity in Infinities)
        {
            if (word.Equals(infinity, StringComparison.OrdinalIgnoreCase))
            {
                value = negative ? double.NegativeInfinity : double.PositiveInfinity;
                return true;
            }
        }

        value = word.Equals("nan", StringComparison.OrdinalIgnoreCase) ? double.NaN : 0;
        return double.IsNaN(value);
    }

    /// <summary>[sign] (digits [. [digits]] | . digits) [e [sign] digits], single underscores between digits.</summary>
    private static bool IsDecimal(ReadOnlySpan<char> number)
    {
        int at = SkipSign(number, 0);
        int whole = SkipDigits(number, ref at);
        int fraction = 0;
        if (at < number.Length && number[at] == '.')
        {
            at++;
            fraction = SkipDigits(number, ref at);
        }

        if (whole + fraction == 0)
        {
            return false;
        }

        if (at < number.Length && number[at] is 'e' or 'E')
        {
            at = SkipSign(number, at + 1);
            if (SkipDigits(number, ref at) == 0)
            {
                return false;
            }
        }

        return at == number.Length;
    }

    private static int SkipSign(ReadOnlySpan<char> number, int at) => at < number.Length && number[at] is '+' or '-' ? at + 1 : at;

    /// <summary>Moves over digits; an underscore goes with the digit after it.</summary>
    private static int SkipDigits(ReadOnlySpan<char> number, ref int at)
    {
        int digits = 0;
        while (true)
        {
            int next = digits > 0 && at < number.Length && number[at] == '_' ? at + 1 : at;
            if (next >= number.Length || !char.IsAsciiDigit(number[next]))
            {
                return digits;
            }

            digits++;
            at = next + 1;
        }
    }

    /// <summary>Digits of any script as 0 … 9, white space as blanks, all else beyond ASCII as a character no number has.</summary>
    private static string ToAscii(string text)
    {
        StringBuilder ascii = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                ascii.Append((char)rune.Value);
            }
            else if (PythonText.IsWhiteSpace(rune.Value))
            {
                ascii.Append(' ');
            }
            else
            {
                ascii.Append(Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber ? (char)('0' + Rune.GetNumericValue(rune)) : '?');
            }
        }

        return ascii.ToString();
    }
}
