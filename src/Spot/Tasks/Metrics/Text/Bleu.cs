namespace Spot.Tasks;

/// <summary>BLEU for translations (Papineni et al. 2002) over a whole set, as sacrebleu 2 computes it with the settings of T5.</summary>
/// <remarks>
/// Tokeniser <c>intl</c>, mixed case, runs of one to four tokens, exponential smoothing: the j-th length without a match counts as 1 / 2^j matches.
/// No match of any length, or no run of some length at all, gives 0. Safe for concurrent calls.
/// </remarks>
public static class Bleu
{
    /// <summary>Scores a set.</summary>
    /// <param name="references">The right translations of each example, at least one; examples may differ in how many.</param>
    /// <param name="predictions">The predicted translations, one for each example.</param>
    /// <returns>The score and its parts.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There is no example, the lengths differ, or an example has no reference.</exception>
    public static BleuScore Score(IReadOnlyList<IReadOnlyList<string>> references, IReadOnlyList<string> predictions)
    {
        ArgumentNullException.ThrowIfNull(references);
        ArgumentNullException.ThrowIfNull(predictions);
        MetricInput.ThrowUnlessPaired(references.Count, predictions.Count);
        int[] matches = new int[NGrams.MaxOrder];
        int[] totals = new int[NGrams.MaxOrder];
        int predictionLength = 0;
        int referenceLength = 0;
        for (int i = 0; i < predictions.Count; i++)
        {
            if (references[i].Count == 0)
            {
                throw new ArgumentException($"Found no reference for the example at index {i}, expected at least one.", nameof(references));
            }

            TokenIds ids = new();
            int[] found = ids.Of(BleuTokenizer.Tokenize(predictions[i]));
            int[][] wanted = [.. references[i].Select(reference => ids.Of(BleuTokenizer.Tokenize(reference)))];
            predictionLength += found.Length;
            referenceLength += ClosestLength(wanted, found.Length);
            for (int order = 1; order <= NGrams.MaxOrder; order++)
            {
                NGrams runs = new(found, order);
                matches[order - 1] += runs.Matches([.. wanted.Select(text => new NGrams(text, order))]);
                totals[order - 1] += runs.Total;
            }
        }

        double[] precisions = Precisions(matches, totals);
        double penalty = predictionLength >= referenceLength ? 1
            : predictionLength == 0 ? 0 : Math.Exp(1 - ((double)referenceLength / predictionLength));
        double score = precisions.Contains(0) ? 0 : penalty * Math.Exp(precisions.Average(Math.Log));
        return new BleuScore(score, matches, totals, precisions, penalty, predictionLength, referenceLength);
    }

    /// <summary>The length closest to a prediction's; of two the shorter.</summary>
    private static int ClosestLength(int[][] references, int length) =>
        references.Select(reference => reference.Length).MinBy(other => (Math.Abs(other - length), other));

    private static double[] Precisions(int[] matches, int[] totals)
    {
        double[] precisions = new double[matches.Length];
        if (matches.Sum() == 0)
        {
            return precisions;
        }

        double smoothing = 1;
        for (int i = 0; i < matches.Length && totals[i] > 0; i++)
        {
            smoothing *= matches[i] == 0 ? 2 : 1;
            precisions[i] = matches[i] == 0 ? 100 / (smoothing * totals[i]) : 100.0 * matches[i] / totals[i];
        }

        return precisions;
    }
}
