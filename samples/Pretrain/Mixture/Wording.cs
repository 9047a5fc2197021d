using System.Text.RegularExpressions;

namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Words an input in one of many ways, none of which says what is asked: that is for the prompt to say.</summary>
internal static partial class Wording
{
    private static readonly string[] Names =
        ["mix", "set a", "corpus", "task", "lab", "web", "log", "t1", "news2", "pool", "data", "forum", "mini", "x", "ab", "open"];

    /// <summary>Words one text: bare, behind a field's name, or behind a data set's and a field's name.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fields">Names for it.</param>
    /// <param name="random">Chooses.</param>
    public static string Of(string text, string[] fields, Random random)
    {
        string body = random.Next(3) == 0 ? Tokenized(text) : text;
        string field = fields[random.Next(fields.Length)];
        return random.Next(8) switch
        {
            0 or 1 => body,
            2 or 3 or 4 => $"{field}: {body}",
            _ => $"{Names[random.Next(Names.Length)]} {field}: {body}",
        };
    }

    /// <summary>Words one text with its possible answers in front, for use without a prompt.</summary>
    public static string Listed(string text, IReadOnlyList<string> answers, string[] fields, Random random)
    {
        string[] shuffled = [.. answers];
        random.Shuffle(shuffled);
        string listed = string.Join(random.Next(2) == 0 ? " ; " : ", ", shuffled);
        string field = fields[random.Next(fields.Length)];
        return random.Next(3) switch
        {
            0 => $"options: {listed} {field}: {text}",
            1 => $"choose from: {listed}. {text}",
            _ => $"{field}: {text} options: {listed}",
        };
    }

    // As many data sets of texts are: lower case, punctuation apart.
    internal static string Tokenized(string text) => Punctuation().Replace(text, " $1 ").Replace("  ", " ", StringComparison.Ordinal).Trim().ToLowerInvariant();

    [GeneratedRegex("""([.,!?;:()"])""")]
    private static partial Regex Punctuation();
}
