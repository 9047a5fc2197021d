namespace Spot.Tasks;

/// <summary>Judges the written referent of a pronoun (the Winograd schema task WSC in SuperGLUE), as T5's <c>wsc_simple</c> does.</summary>
public static class ReferentMatch
{
    private static readonly HashSet<string> Determiners =
    [
        "a", "an", "few", "her", "his", "each", "every", "many", "much", "my", "our", "some", "that", "the", "their", "these", "this", "those", "which",
        "whose", "your",
    ];

    /// <summary>Whether the model wrote the candidate: in lower case and without determiners, all words of one are among the words of the other.</summary>
    /// <remarks>Words are what stands between single blanks; punctuation is part of them. Compare the label with the example's own: accuracy.</remarks>
    /// <param name="prediction">What the model wrote.</param>
    /// <param name="referent">The candidate noun phrase of the example.</param>
    /// <returns>
    /// 1 if the two match; 0 if not, or if only one of them has an apostrophe (<c>Mira's coat</c> is not <c>Mira</c>);
    /// <see cref="ClassificationMetrics.InvalidLabel"/> if the prediction has no word.
    /// </returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static int Label(string prediction, string referent)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(referent);
        string found = Clean(prediction);
        string wanted = Clean(referent);
        if (found.Length == 0)
        {
            return ClassificationMetrics.InvalidLabel;
        }

        if (found.Contains('\'') != wanted.Contains('\''))
        {
            return 0;
        }

        HashSet<string> words = [.. found.Split(' ')];
        string[] wantedWords = wanted.Split(' ');
        return words.IsSubsetOf(wantedWords) || words.IsSupersetOf(wantedWords) ? 1 : 0;
    }

    private static string Clean(string text) =>
        string.Join(' ', PythonText.ToLower(PythonText.Trim(text)).Split(' ').Where(word => !Determiners.Contains(word)));
}
