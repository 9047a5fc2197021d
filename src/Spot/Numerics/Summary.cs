namespace Spot.Numerics;

/// <summary>Mean and deviation of a few numbers, such as the scores of several seeds. Safe for concurrent calls.</summary>
/// <param name="Count">How many numbers there are.</param>
/// <param name="Mean">Their mean; NaN without a number.</param>
/// <param name="PopulationDeviation">√(Σ(x − mean)² / n): 0 for one number, NaN without one.</param>
/// <param name="SampleDeviation">√(Σ(x − mean)² / (n − 1)): NaN for fewer than two numbers.</param>
public readonly record struct Summary(int Count, double Mean, double PopulationDeviation, double SampleDeviation)
{
    /// <summary>Summarises numbers: the mean first, then the deviations from it. One that is not finite makes the deviations NaN.</summary>
    /// <param name="values">The numbers, in any order.</param>
    /// <returns>Mean and deviations.</returns>
    public static Summary Of(ReadOnlySpan<double> values)
    {
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

        double sample = values.Length > 1 ? Math.Sqrt(squares / (values.Length - 1)) : double.NaN;
        return new Summary(values.Length, mean, Math.Sqrt(squares / values.Length), sample);
    }
}
