namespace Spot.Tasks;

/// <summary>ROUGE-1, -2, -L and -Lsum for summaries (Lin 2004), with the tokens, sentences and ties of Google's <c>rouge_score</c> 0.1.2 as T5 calls it.</summary>
/// <remarks>
/// Tokens are runs of a … z and 0 … 9 in the lower-cased text; any other character parts them, é too. Sentences are lines, and a free-standing
/// full stop (<c>" . "</c>) ends one. T5 and SPoT do not stem. T5 also reports a bootstrap median, which is within some tenths of <see cref="Mean"/>
/// and random; this class has the plain mean. Safe for concurrent calls.
/// </remarks>
public static class Rouge
{
    /// <summary>Scores one prediction.</summary>
    /// <param name="target">The right text.</param>
    /// <param name="prediction">The predicted text.</param>
    /// <param name="stem">Whether words of four and more letters are compared by their stem (Porter, English).</param>
    /// <returns>The scores, 0 … 1; all 0 when a text has no token.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static RougeScores Score(string target, string prediction, bool stem = false)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(prediction);
        TokenIds ids = new();
        int[][] wanted = RougeText.Sentences(target, stem, ids);
        int[][] found = RougeText.Sentences(prediction, stem, ids);

        // A line break parts tokens, so the text's tokens are those of its sentences.
        int[] wantedText = [.. wanted.SelectMany(sentence => sentence)];
        int[] foundText = [.. found.SelectMany(sentence => sentence)];
        return new RougeScores(
            SharedRuns(wantedText, foundText, 1),
            SharedRuns(wantedText, foundText, 2),
            RougeScore.Of(LongestCommonSubsequence.Length(wantedText, foundText), foundText.Length, wantedText.Length),
            RougeScore.Of(UnionMatches(wanted, found, wantedText, foundText), foundText.Length, wantedText.Length));
    }

    /// <summary>The mean F of each measure over a set, times 100.</summary>
    /// <param name="targets">The right texts.</param>
    /// <param name="predictions">The predicted texts, one for each target.</param>
    /// <param name="stem">Whether words of four and more letters are compared by their stem (Porter, English).</param>
    /// <returns>The means, 0 … 100.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There is no example, or the lengths differ.</exception>
    public static RougeMeans Mean(IReadOnlyList<string> targets, IReadOnlyList<string> predictions, bool stem = false)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(predictions);
        MetricInput.ThrowUnlessPaired(targets.Count, predictions.Count);
        RougeScores[] scores = [.. targets.Zip(predictions, (target, prediction) => Score(target, prediction, stem))];
        return new RougeMeans(
            100 * scores.Average(score => score.Rouge1.FMeasure),
            100 * scores.Average(score => score.Rouge2.FMeasure),
            100 * scores.Average(score => score.RougeL.FMeasure),
            100 * scores.Average(score => score.RougeLsum.FMeasure));
    }

    private static RougeScore SharedRuns(int[] wanted, int[] found, int order)
    {
        NGrams wantedRuns = new(wanted, order);
        NGrams foundRuns = new(found, order);
        return RougeScore.Of(wantedRuns.Matches(foundRuns), foundRuns.Total, wantedRuns.Total);
    }

    /// <summary>The tokens of target sentences that are in some common subsequence, each only while both texts have it left.</summary>
    private static int UnionMatches(int[][] wanted, int[][] found, int[] wantedText, int[] foundText)
    {
        Dictionary<int, int> left = wantedText.CountBy(id => id).ToDictionary();
        Dictionary<int, int> foundCounts = foundText.CountBy(id => id).ToDictionary();
        foreach (int id in wantedText)
        {
            left[id] = Math.Min(left[id], foundCounts.GetValueOrDefault(id));
        }

        int matches = 0;
        foreach (int[] sentence in wanted)
        {
            bool[] union = new bool[sentence.Length];
            foreach (int[] other in found)
            {
                LongestCommonSubsequence.Mark(sentence, other, union);
            }

            for (int i = 0; i < sentence.Length; i++)
            {
                if (union[i] && left[sentence[i]] > 0)
                {
                    left[sentence[i]]--;
                    matches++;
                }
            }
        }

        return matches;
    }
}
