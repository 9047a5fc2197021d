namespace Spot.Statistics;

/// <summary>The distances of all pairs of n things in one list: (0,1), (0,2) … (0,n−1), (1,2) … (n−2,n−1).</summary>
/// <remarks>Safe for concurrent calls.</remarks>
public static class PairwiseDistances
{
    /// <summary>The number of pairs of n things.</summary>
    /// <param name="count">n, not negative.</param>
    /// <returns>n (n − 1) / 2.</returns>
    /// <exception cref="OverflowException">More pairs than a list can hold.</exception>
    public static int Pairs(int count) => checked((int)((long)count * (count - 1) / 2));

    /// <summary>Where the list has the pair of two different things.</summary>
    /// <param name="a">One, 0 … <paramref name="count"/> − 1.</param>
    /// <param name="b">The other one, in any order.</param>
    /// <param name="count">n.</param>
    /// <returns>An index of the list.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A thing is outside the range, or both are the same.</exception>
    public static int Index(int a, int b, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Math.Min(a, b), nameof(a));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Math.Max(a, b), count, nameof(b));
        ArgumentOutOfRangeException.ThrowIfEqual(a, b);
        (int low, int high) = (Math.Min(a, b), Math.Max(a, b));
        return (int)(((long)low * ((2L * count) - low - 1) / 2) + high - low - 1);
    }

    /// <summary>1 − similarity. What lies on the diagonal is not looked at: a thing is at distance 0 from itself.</summary>
    /// <param name="similarities">A symmetric matrix [n × n], row by row, for example of cosines.</param>
    /// <param name="count">n.</param>
    /// <returns>The distances, 0 … 2 for cosines.</returns>
    /// <exception cref="ArgumentException">The matrix has another size.</exception>
    public static double[] FromSimilarities(ReadOnlySpan<double> similarities, int count)
    {
        ThrowUnlessRows(similarities, count, count);
        double[] distances = new double[Pairs(count)];
        for (int i = 0, at = 0; i < count; i++)
        {
            for (int j = i + 1; j < count; j++)
            {
                distances[at++] = 1 - similarities[(i * count) + j];
            }
        }

        return distances;
    }

    /// <summary>
    /// The Euclidean distances between rows. Numbers that one of two rows lacks (NaN) are left out and the sum of squares scaled up to all of them, as
    /// scikit-learn's nan_euclidean_distances has it.
    /// </summary>
    /// <param name="rows">A matrix [n × width], row by row.</param>
    /// <param name="count">n.</param>
    /// <param name="width">The numbers of a row.</param>
    /// <returns>The distances; NaN for two rows that have no number in common.</returns>
    /// <exception cref="ArgumentException">The matrix has another size.</exception>
    public static double[] Euclidean(ReadOnlySpan<double> rows, int count, int width)
    {
        ThrowUnlessRows(rows, count, width);
        double[] distances = new double[Pairs(count)];
        for (int i = 0, at = 0; i < count; i++)
        {
            for (int j = i + 1; j < count; j++)
            {
                distances[at++] = Euclidean(rows.Slice(i * width, width), rows.Slice(j * width, width));
            }
        }

        return distances;
    }

    private static double Euclidean(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        int common = 0;
        for (int k = 0; k < a.Length; k++)
        {
            double difference = a[k] - b[k];
            if (!double.IsNaN(difference))
            {
                sum += difference * difference;
                common++;
            }
        }

        return common == 0 ? double.NaN : Math.Sqrt(sum * ((double)a.Length / common));
    }

    private static void ThrowUnlessRows(ReadOnlySpan<double> values, int count, int width)
    {
        if (values.Length != (long)count * width)
        {
            throw new ArgumentException($"Found {values.Length} numbers, expected {count} rows of {width}.", nameof(values));
        }
    }
}
