using System.Buffers;
using System.Globalization;
using System.Text;

namespace Spot.Tokenization;

/// <summary>
/// The rules that a <c>tokenizer.json</c> names instead of spelling them out in a character map: NMT's (controls vanish, other white space and
/// marks of no width become spaces), Unicode's form KC, and white space as spaces. They apply in this order.
/// </summary>
/// <remarks>Form KC is the system's (ICU), so that characters newer than its tables stay as they are.</remarks>
internal sealed class UnicodeRules : ITextRules
{
    private const int MostRunes = 256; // normalising takes more than linear time in a run of combining marks

    private readonly bool _nmt;
    private readonly bool _compatibility;
    private readonly bool _whiteSpace;

    /// <param name="nmt">Whether NMT's rules apply.</param>
    /// <param name="compatibility">Whether text is brought into form KC.</param>
    /// <param name="whiteSpace">Whether all white space becomes spaces.</param>
    /// <exception cref="SpotException">The application runs without Unicode's tables.</exception>
    public UnicodeRules(bool nmt, bool compatibility, bool whiteSpace)
    {
        (_nmt, _compatibility, _whiteSpace) = (nmt, compatibility, whiteSpace);
        if (compatibility && "\uFB01".Normalize(NormalizationForm.FormKC) != "fi")
        {
            throw new SpotException(
                "The vocabulary's text is normalised by NFKC, which this application cannot do: it runs in the invariant globalization mode. " +
                "Set InvariantGlobalization to false, and install ICU where it is missing.");
        }
    }

    public int Match(ReadOnlySpan<byte> utf8, out ReadOnlySpan<byte> replacement)
    {
        int taken = Take(utf8, out Rune first);
        StringBuilder kept = new(2);
        Add(kept, first);
        string form = Form(kept.ToString());
        for (int runes = 1; _compatibility && taken < utf8.Length && runes < MostRunes; runes++)
        {
            int length = Take(utf8[taken..], out Rune next);
            if (!Joins(ref form, next))
            {
                break;
            }

            Add(kept, next);
            taken += length;
        }

        string text = Form(kept.ToString());
        replacement = Encoding.UTF8.GetBytes(_whiteSpace ? WithSpaces(text) : text);
        return taken;
    }

    public bool[] PlainAscii() => [.. Enumerable.Range(0, 128).Select(c => Nmt(new Rune(c)) == new Rune(c) && !(_whiteSpace && c != ' ' && char.IsWhiteSpace((char)c)))];

    // Whether a character belongs to what stands before it: nothing else changes the form of either. `form` is that of the text before.
    private bool Joins(ref string form, Rune next)
    {
        if (Nmt(next) is not { } rune)
        {
            return true;
        }

        string own = Form(rune.ToString());
        if (IsMark(own))
        {
            return true;
        }

        if (form.Length == 0 || Form(form + own) == form + own)
        {
            return false;
        }

        form = Form(form + own);
        return true;
    }

    private static bool IsMark(string text) => text.Length > 0 &&
        CharUnicodeInfo.GetUnicodeCategory(text, 0) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static int Take(ReadOnlySpan<byte> utf8, out Rune rune) =>
        Rune.DecodeFromUtf8(utf8, out rune, out int length) == OperationStatus.Done ? length : 1;

    private void Add(StringBuilder text, Rune rune) => text.Append(Nmt(rune)?.ToString());

    // .NET refuses U+FFFE, a byte order mark read the wrong way round; it has no other form.
    private string Form(string text) => _compatibility && !text.Contains('\uFFFE', StringComparison.Ordinal) ? text.Normalize(NormalizationForm.FormKC) : text;

    private static string WithSpaces(string text) => string.Create(text.Length, text, (units, from) =>
    {
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = char.IsWhiteSpace(from[i]) ? ' ' : from[i];
        }
    });

    // Null for what vanishes.
    private Rune? Nmt(Rune rune) => !_nmt ? rune : rune.Value switch
    {
        (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F => null,
        0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => new Rune(' '),
        _ => rune,
    };
}
