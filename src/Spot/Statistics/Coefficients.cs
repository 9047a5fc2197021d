namespace Spot.Statistics;

/// <summary>The coefficients of <see cref="Correlation"/> alone.</summary>
internal static class Coefficients
{
    /// <summary>Pearson's r; NaN where it is undefined.</summary>
    internal static double Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ThrowUnlessPaired(x, y);
        if (x.Length < 2)
        {
            return double.NaN;
        }

        double[] a = Center(x);
        double[] b = Center(y);
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }

        // One root of the product: of equal series, or opposite ones, it is their sum of squares to the bit, and r is exactly 1 or -1.
        return Math.Clamp(ab / Math.Sqrt(aa * bb), -1, 1);
    }

    /// <summary>Spearman's rho; NaN where it is undefined.</summary>
    internal static double Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        ThrowUnlessPaired(x, y);
        return HasNaN(x) || HasNaN(y) ? double.NaN : Pearson(Ranks(x), Ranks(y));
    }

    private static void ThrowUnlessPaired(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (x.Length != y.Length)
        {
            throw new ArgumentException($"Found series of {x.Length} and {y.Length} numbers, expected one number of each for every point.", nameof(y));
        }
    }

    /// <summary>The deviations from the mean as shares of the largest, so that no square overflows or vanishes; NaN where there is none.</summary>
    private static double[] Center(ReadOnlySpan<double> values)
    {
        // A constant is told by its values: its mean may be off by a rounding.
        if (values.IndexOfAnyExcept(values[0]) < 0)
        {
            return [.. Enumerable.Repeat(double.NaN, values.Length)];
        }

        double mean = Mean(values);
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

    /// <summary>Exact for ranks, whose sum has no rounding.</summary>
    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0, shares = 0;
        foreach (double value in values)
        {
            sum += value;
            shares += value / values.Length;
        }

        return double.IsFinite(sum) ? sum / values.Length : shares;
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
