using System.Text;
using System.Text.RegularExpressions;

namespace Spot.Tasks;

/// <summary>Finds labels that look like one label written in two ways.</summary>
/// <remarks>
/// Two labels are near if they differ only in case, white space or Unicode form, or if one of them is rare and probably misspelt: at most a tenth as
/// frequent as the other, one letter away from it, of five letters or more, and with the same first letter and the same digits. So <c>c1</c> and
/// <c>c2</c>, <c>typical</c> and <c>atypical</c>, and labels of similar frequency pass.
/// </remarks>
internal static partial class NearLabels
{
    private const int ShortestWord = 5;
    private const int TimesRarer = 10;

    /// <summary>Pairs of near labels, the rarer one first.</summary>
    /// <param name="counts">How often each label occurs.</param>
    public static IEnumerable<(string Odd, string Usual, string Difference)> Find(IReadOnlyCollection<KeyValuePair<string, int>> counts)
    {
        KeyValuePair<string, int>[] labels = [.. counts.OrderByDescending(label => label.Value).ThenBy(label => label.Key, StringComparer.Ordinal)];
        string[] plain = [.. labels.Select(label => Plain(label.Key))];
        for (int odd = 1; odd < labels.Length; odd++)
        {
            for (int usual = 0; usual < odd; usual++)
            {
                string? difference = plain[odd] == plain[usual] ? "only in case, white space or Unicode form"
                    : labels[usual].Value > 0 && (long)labels[odd].Value * TimesRarer <= labels[usual].Value && IsMisspelt(plain[odd], plain[usual]) ? "in one letter"
                    : null;
                if (difference is not null)
                {
                    yield return (labels[odd].Key, labels[usual].Key, difference);
                }
            }
        }
    }

    private static bool IsMisspelt(string odd, string usual) =>
        Math.Max(odd.Length, usual.Length) >= ShortestWord && Math.Abs(odd.Length - usual.Length) <= 1 && odd.Length > 0 && odd[0] == usual[0]
        && odd.Where(char.IsDigit).SequenceEqual(usual.Where(char.IsDigit)) && Spelling.Distance(odd, usual) == 1;

    private static string Plain(string label) => Spaces().Replace(Normalized(label), " ").Trim().ToUpperInvariant();

    private static string Normalized(string label)
    {
        try
        {
            return label.Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return label; // half of a surrogate pair has no form
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
