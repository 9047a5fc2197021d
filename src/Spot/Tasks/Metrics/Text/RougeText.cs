namespace Spot.Tasks;

/// <summary>Texts as ROUGE compares them.</summary>
internal static class RougeText
{
    // Shorter words are not stemmed.
    private const int ShortestStemmed = 4;

    /// <summary>The sentences of a text as token ids.</summary>
    /// <param name="text">The text.</param>
    /// <param name="stem">Whether words are stemmed.</param>
    /// <param name="ids">The numbering, one for both texts.</param>
    public static int[][] Sentences(string text, bool stem, TokenIds ids) =>
        [.. text.Replace(" . ", " .\n", StringComparison.Ordinal).Split('\n').Select(line => ids.Of(Tokens(line, stem)))];

    /// <summary>The runs of a … z and 0 … 9 in the lower-cased text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="stem">Whether words are stemmed.</param>
    public static List<string> Tokens(string text, bool stem)
    {
        List<string> tokens = [];
        string lower = PythonText.ToLower(text);
        int start = 0;
        for (int i = 0; i <= lower.Length; i++)
        {
            if (i == lower.Length || !(char.IsAsciiLetterLower(lower[i]) || char.IsAsciiDigit(lower[i])))
            {
                if (i > start)
                {
                    string token = lower[start..i];
                    tokens.Add(stem && token.Length >= ShortestStemmed ? PorterStemmer.Stem(token) : token);
                }

                start = i + 1;
            }
        }

        return tokens;
    }
}
