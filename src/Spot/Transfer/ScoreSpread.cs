namespace Spot.Transfer;

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

        double sum = 0, squares = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        foreach (double value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return new ScoreSpread(mean, Math.Sqrt(squares / (values.Length - 1)), Math.Sqrt(squares / values.Length));
    }
}
