using System.Text.Json.Nodes;

namespace Spot.Tasks;

/// <summary>Winograd schemas: the pronoun is marked, the target is what it refers to.</summary>
internal static class WscInput
{
    private const string Pronoun = "span2_text";

    /// <summary>The input.</summary>
    /// <param name="row">text, span1_text, span2_index, span2_text.</param>
    /// <param name="repair">Whether a wrong index is searched for, as the raw release needs it.</param>
    public static string Write(DataRow row, bool repair)
    {
        string[] words = Fields.Text(row, "text").Split(' ');
        string pronoun = Fields.Text(row, Pronoun);
        int at = Fields.Integer(row, "span2_index");
        bool inside = at > 0 && at < words.Length;
        string blank;
        if (inside && words[at] == pronoun)
        {
            blank = Around(words, at, "");
        }
        else if (repair && inside && words[at].StartsWith(pronoun, StringComparison.Ordinal))
        {
            blank = Around(words, at, words[at][pronoun.Length..] + " ").TrimEnd(' ');
        }
        else if (repair && Enumerable.Range(1, words.Length - 1).Where(i => words[i] == pronoun).ToArray() is { Length: > 0 } places)
        {
            blank = Around(words, places.OrderBy(i => Math.Abs(i - at)).ThenByDescending(i => i).First(), "").TrimEnd(' ');
        }
        else
        {
            throw Fields.Wrong(row, "span2_index", $"the place of the word '{pronoun}', counted by single spaces and not the first");
        }

        return "wsc: " + blank.Replace(" X ", $" *{pronoun}* ", StringComparison.Ordinal);
    }

    /// <summary>The raw release with the corrections of the published data set: letter case, full stops and line breaks of spans that are not in the text.</summary>
    public static DataRow Correct(DataRow row)
    {
        string text = Fields.Text(row, "text");
        JsonObject corrected = (JsonObject)row.Fields.DeepClone();
        foreach (string span in new[] { "span1", "span2" })
        {
            string words = Fields.Text(row, span + "_text");
            if (words.Length == 0 || text.Contains(words, StringComparison.Ordinal))
            {
                continue;
            }

            string[] all = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            int at = Fields.Integer(row, span + "_index");
            string first = at >= 0 && at < all.Length ? all[at] : throw Fields.Wrong(row, span + "_index", $"a word of the text, 0 … {all.Length - 1}");
            char initial = char.IsLower(first[0]) ? char.ToLowerInvariant(words[0]) : char.ToUpperInvariant(words[0]);
            corrected[span + "_text"] = (initial + words[1..]).TrimEnd('.').Replace('\n', ' ');
        }

        return row with { Fields = corrected };
    }

    private static string Around(string[] words, int at, string rest) =>
        $"{string.Join(' ', words[..at])} X {rest}{string.Join(' ', words[(at + 1)..])}";
}
