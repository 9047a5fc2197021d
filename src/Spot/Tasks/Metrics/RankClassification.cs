namespace Spot.Tasks;

/// <summary>Classification by the likelihood of the labels instead of by what the model writes, as T5's <c>rank_classification</c> does.</summary>
/// <remarks>Prompt tuning and SPoT do not use it; it serves models and tasks whose free output is seldom a label. Safe for concurrent calls.</remarks>
public static class RankClassification
{
    /// <summary>The most likely of some labels.</summary>
    /// <param name="scores">The log-likelihood of each label; −∞ is allowed.</param>
    /// <param name="lengths">The number of tokens of each label to divide its score by; empty for no division.</param>
    /// <param name="singlePrecision">Whether the scores are compared as float32, which is what T5 does where the number of classes is fixed.</param>
    /// <returns>The index of the largest score, of equal ones the first.</returns>
    /// <exception cref="ArgumentException">There is no score, one is NaN, or the lengths of the lists differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label's length is below 1.</exception>
    public static int Choose(ReadOnlySpan<double> scores, ReadOnlySpan<int> lengths = default, bool singlePrecision = false)
    {
        if (scores.IsEmpty)
        {
            throw new ArgumentException("Found no score, expected that of at least one label.", nameof(scores));
        }

        if (!lengths.IsEmpty && lengths.Length != scores.Length)
        {
            throw new ArgumentException($"Found {lengths.Length} lengths and {scores.Length} scores, expected one for each label, or no lengths.", nameof(lengths));
        }

        int best = 0;
        double largest = double.NegativeInfinity;
        for (int i = 0; i < scores.Length; i++)
        {
            double score = Comparable(scores[i], lengths.IsEmpty ? 1 : lengths[i], singlePrecision);
            if (double.IsNaN(score))
            {
                throw new ArgumentException($"The score of label {i} is NaN, which cannot be ranked.", nameof(scores));
            }

            (best, largest) = score > largest ? (i, score) : (best, largest);
        }

        return best;
    }

    /// <summary>The share of examples whose chosen label is a right one.</summary>
    /// <param name="chosen">The chosen label of each example.</param>
    /// <param name="right">The right labels of each example.</param>
    /// <param name="weights">How much each example counts, at least 0 and not all 0; empty for all the same.</param>
    /// <returns>0 … 100.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="right"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no example, the lengths differ, or the weights are not as described.</exception>
    public static double Accuracy(ReadOnlySpan<int> chosen, IReadOnlyList<IReadOnlyCollection<int>> right, ReadOnlySpan<double> weights = default)
    {
        ArgumentNullException.ThrowIfNull(right);
        MetricInput.ThrowUnlessPaired(right.Count, chosen.Length);
        if (!weights.IsEmpty && weights.Length != chosen.Length)
        {
            throw new ArgumentException($"Found {weights.Length} weights and {chosen.Length} examples, expected one for each example, or no weights.", nameof(weights));
        }

        double hits = 0, sum = 0;
        for (int i = 0; i < chosen.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i];
            if (!(weight >= 0 && double.IsFinite(weight)))
            {
                throw new ArgumentException($"Found the weight {weight} at index {i}, expected a finite number of at least 0.", nameof(weights));
            }

            sum += weight;
            hits += right[i].Contains(chosen[i]) ? weight : 0;
        }

        return sum > 0 ? 100 * hits / sum : throw new ArgumentException("All weights are 0, expected one above 0.", nameof(weights));
    }

    private static double Comparable(double score, int length, bool singlePrecision)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        double perToken = score / length;
        return singlePrecision ? (float)perToken : perToken;
    }
}
