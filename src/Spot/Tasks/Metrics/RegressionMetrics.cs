namespace Spot.Tasks;

/// <summary>Scores of predicted numbers, −100 … 100, as the STS-B evaluation of T5 and SPoT computes them.</summary>
/// <remarks>Where a correlation is undefined it is NaN; whoever chooses among checkpoints must treat that as worse than any number. Safe for concurrent calls.</remarks>
public static class RegressionMetrics
{
    /// <summary>What <see cref="ParseNumber"/> gives for text that is no number.</summary>
    public const double InvalidNumber = -1;

    /// <summary>Reads a written number as T5 does, which is how Python's <c>float</c> reads it.</summary>
    /// <remarks>
    /// Blanks around it, a sign, <c>.5</c>, <c>5.</c>, <c>1e3</c>, <c>1_000</c>, the decimal digits of any script, <c>inf</c>, <c>infinity</c> and <c>nan</c> in
    /// any case are accepted; what is too large is infinite. Refused are <c>1,000</c>, <c>0x10</c>, <c>½</c>, <c>∞</c> and the minus sign U+2212.
    /// </remarks>
    /// <param name="text">What the model wrote.</param>
    /// <returns>The number, or <see cref="InvalidNumber"/>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public static double ParseNumber(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return NumberText.TryParse(text, out double value) ? value : InvalidNumber;
    }

    /// <summary>Pearson's correlation, times 100.</summary>
    /// <param name="targets">The right numbers.</param>
    /// <param name="predictions">The predicted numbers, one for each target.</param>
    /// <returns>−100 … 100; NaN where one side is constant or holds a number that is not finite.</returns>
    /// <exception cref="ArgumentException">There is no example, or the lengths differ.</exception>
    public static double Pearson(ReadOnlySpan<double> targets, ReadOnlySpan<double> predictions)
    {
        MetricInput.ThrowUnlessPaired(targets.Length, predictions.Length);
        double[] x = Center(targets);
        double[] y = Center(predictions);
        double xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xy += x[i] * y[i];
            xx += x[i] * x[i];
            yy += y[i] * y[i];
        }

        return 100 * Math.Clamp(xy / (Math.Sqrt(xx) * Math.Sqrt(yy)), -1, 1);
    }

    /// <summary>Spearman's correlation, times 100: Pearson's of the ranks, equal numbers sharing their mean rank.</summary>
    /// <param name="targets">The right numbers.</param>
    /// <param name="predictions">The predicted numbers, one for each target; an infinite one is ranked.</param>
    /// <returns>−100 … 100; NaN where one side is constant or holds NaN.</returns>
    /// <exception cref="ArgumentException">There is no example, or the lengths differ.</exception>
    public static double Spearman(ReadOnlySpan<double> targets, ReadOnlySpan<double> predictions)
    {
        MetricInput.ThrowUnlessPaired(targets.Length, predictions.Length);
        return HasNaN(targets) || HasNaN(predictions) ? double.NaN : Pearson(Ranks(targets), Ranks(predictions));
    }

    /// <summary>The deviations from the mean as shares of the largest, so that no square overflows or vanishes; NaN where there is none.</summary>
    private static double[] Center(ReadOnlySpan<double> values)
    {
        // A constant is told by its values: its mean may be off by a rounding.
        if (values.IndexOfAnyExcept(values[0]) < 0)
        {
            return [.. Enumerable.Repeat(double.NaN, values.Length)];
        }

        double mean = 0;
        foreach (double value in values)
        {
            mean += value / values.Length;
        }

        double[] deviations = new double[values.Length];
        double largest = 0;
        for (int i = 0; i < values.Length; i++)
        {
            deviations[i] = values[i] - mean;
            largest = Math.Max(largest, Math.Abs(deviations[i]));
        }

        for (int i = 0; i < deviations.Length; i++)
        {
            deviations[i] /= largest;
        }

        return deviations;
    }

    /// <summary>1 for the smallest; equal numbers get the mean of the places they take.</summary>
    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        double[] sorted = values.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order);
        double[] ranks = new double[sorted.Length];
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start]; end++)
            {
            }

            foreach (int i in order.AsSpan(start..end))
            {
                ranks[i] = (start + end + 1) / 2.0;
            }
        }

        return ranks;
    }

    private static bool HasNaN(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (double.IsNaN(value))
            {
                return true;
            }
        }

        return false;
    }
}
