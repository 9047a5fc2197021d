namespace Spot.Statistics;

/// <summary>Percentile intervals of numbers that rest on a table whose rows and columns are both samples, such as targets × seeds.</summary>
/// <remarks>
/// Rows and columns are drawn with replacement, each for itself (the pigeonhole bootstrap: Owen, Annals of Applied Statistics 1, 2007), so that cells that
/// share a row or a column are not taken for independent. The draws have a fixed seed: equal tables have equal intervals, and numbers of the same rows
/// and columns are drawn alike. Of few rows or columns an interval is too narrow, by about 1/n of its variance.
/// </remarks>
internal static class TwoWayBootstrap
{
    private const double Tail = 0.025;

    /// <summary>The interval of a number; a direction of one row or column adds nothing to it.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="statistic">The number, of how often each row and each column is there; NaN where it is undefined, which does not count.</param>
    /// <param name="resamples">How many times to draw.</param>
    public static ConfidenceInterval Of(int rows, int columns, Func<int[], int[], double> statistic, int resamples)
    {
        if (rows * columns < 2)
        {
            return ConfidenceInterval.None;
        }

        SplitMix64 random = SplitMix64.For("two-way bootstrap", 0);
        List<double> draws = new(resamples);
        for (int i = 0; i < resamples; i++)
        {
            double value = statistic(Counts(rows, ref random), Counts(columns, ref random));
            if (!double.IsNaN(value))
            {
                draws.Add(value);
            }
        }

        draws.Sort();
        return draws.Count * 2 < resamples ? ConfidenceInterval.None : new ConfidenceInterval(Quantile(draws, Tail), Quantile(draws, 1 - Tail));
    }

    /// <summary>The interval of the mean over the rows for each column, then over the columns.</summary>
    /// <param name="values">A NaN does not count. // [row][column]</param>
    public static ConfidenceInterval OfMean(double[][] values)
    {
        return Of(values.Length, values.Length == 0 ? 0 : values[0].Length, Mean, resamples: 10_000);

        double Mean(int[] rows, int[] columns)
        {
            double sum = 0, weight = 0;
            for (int column = 0; column < columns.Length; column++)
            {
                double inColumn = 0, cells = 0;
                for (int row = 0; row < rows.Length; row++)
                {
                    if (!double.IsNaN(values[row][column]))
                    {
                        inColumn += rows[row] * values[row][column];
                        cells += rows[row];
                    }
                }

                if (cells > 0)
                {
                    sum += columns[column] * inColumn / cells;
                    weight += columns[column];
                }
            }

            return sum / weight; // NaN where nothing was drawn
        }
    }

    private static int[] Counts(int count, ref SplitMix64 random)
    {
        int[] counts = new int[count];
        for (int i = 0; i < count; i++)
        {
            counts[random.Next(count)]++;
        }

        return counts;
    }

    // Between the neighbours in order, as most tools do by default.
    private static double Quantile(List<double> sorted, double share)
    {
        double place = share * (sorted.Count - 1);
        int below = (int)place;
        return below + 1 == sorted.Count ? sorted[below] : sorted[below] + ((place - below) * (sorted[below + 1] - sorted[below]));
    }
}
