namespace Spot.Studies;

/// <summary>A mean over seeds and how far they differ.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Deviation">The standard deviation with n − 1 in the denominator; NaN for one seed.</param>
/// <param name="PopulationDeviation">The standard deviation with n in the denominator.</param>
public readonly record struct ScoreSpread(double Mean, double Deviation, double PopulationDeviation)
{
    /// <summary>Of some values.</summary>
    /// <param name="values">At least one, in any order.</param>
    /// <returns>Their mean and deviations, in two passes.</returns>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static ScoreSpread Of(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("Found no values, expected at least one: the mean of nothing is undefined.", nameof(values));
        }

        double mean = Sum(values) / values.Length;
        double[] squares = [.. values];
        for (int i = 0; i < squares.Length; i++)
        {
            squares[i] = (squares[i] - mean) * (squares[i] - mean);
        }

        double sum = Sum(squares);
        return new ScoreSpread(mean, Math.Sqrt(sum / (values.Length - 1)), Math.Sqrt(sum / values.Length));
    }

    // Compensated (Neumaier), so that the order does not matter: means of the same scores tie, and ranks count ties.
    private static double Sum(ReadOnlySpan<double> values)
    {
        double sum = 0, lost = 0;
        foreach (double value in values)
        {
            double next = sum + value;
            lost += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
            sum = next;
        }

        return double.IsFinite(sum) ? sum + lost : sum;
    }
}
