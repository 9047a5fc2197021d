namespace Spot.Tasks;

/// <summary>How well scores put the positive examples before the negative ones, 0 … 100, as scikit-learn computes it.</summary>
/// <remarks>Examples with equal scores come in together. Safe for concurrent calls.</remarks>
public static class RankingMetrics
{
    /// <summary>The area under the ROC curve: the share of pairs of a positive and a negative with the positive first, a tie counting half.</summary>
    /// <param name="positives">Which examples are positive.</param>
    /// <param name="scores">Their scores, one for each example, the higher the more positive.</param>
    /// <returns>0 … 100; NaN unless there are positive and negative examples.</returns>
    /// <exception cref="ArgumentException">There is no example, the lengths differ, or a score is NaN.</exception>
    public static double AreaUnderRoc(ReadOnlySpan<bool> positives, ReadOnlySpan<double> scores)
    {
        double pairs = 0;
        long positive = 0, negative = 0;
        foreach ((int p, int n) in Steps(positives, scores))
        {
            pairs += n * (positive + (p / 2.0));
            positive += p;
            negative += n;
        }

        return 100 * pairs / ((double)positive * negative);
    }

    /// <summary>The average precision: at each score the precision of all examples down to it, weighted by the recall that it adds.</summary>
    /// <param name="positives">Which examples are positive.</param>
    /// <param name="scores">Their scores, one for each example, the higher the more positive.</param>
    /// <returns>0 … 100; NaN without a positive example.</returns>
    /// <exception cref="ArgumentException">There is no example, the lengths differ, or a score is NaN.</exception>
    public static double AveragePrecision(ReadOnlySpan<bool> positives, ReadOnlySpan<double> scores)
    {
        double sum = 0;
        long positive = 0, all = 0;
        foreach ((int p, int n) in Steps(positives, scores))
        {
            positive += p;
            all += p + n;
            sum += p * ((double)positive / all);
        }

        return 100 * sum / positive;
    }

    /// <summary>How many positive and negative examples each distinct score has, the highest first.</summary>
    private static List<(int Positive, int Negative)> Steps(ReadOnlySpan<bool> positives, ReadOnlySpan<double> scores)
    {
        MetricInput.ThrowUnlessPaired(positives.Length, scores.Length);
        double[] sorted = scores.ToArray();
        bool[] kinds = positives.ToArray();
        Array.Sort(sorted, kinds);
        if (double.IsNaN(sorted[0]))
        {
            throw new ArgumentException("A score is NaN, which cannot be ranked.", nameof(scores));
        }

        List<(int Positive, int Negative)> steps = [];
        for (int i = sorted.Length - 1; i >= 0; i--)
        {
            if (i == sorted.Length - 1 || sorted[i] != sorted[i + 1])
            {
                steps.Add((0, 0));
            }

            (int positive, int negative) = steps[^1];
            steps[^1] = kinds[i] ? (positive + 1, negative) : (positive, negative + 1);
        }

        return steps;
    }
}
