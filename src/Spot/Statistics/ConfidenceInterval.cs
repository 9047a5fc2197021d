namespace Spot.Statistics;

/// <summary>Where a number would lie in 95 of 100 repetitions, as far as the sample can tell.</summary>
/// <param name="Low">The lower end; NaN where the sample is one thing only.</param>
/// <param name="High">The upper end; NaN where the lower one is.</param>
public readonly record struct ConfidenceInterval(double Low, double High)
{
    /// <summary>Nothing is known.</summary>
    public static ConfidenceInterval None => new(double.NaN, double.NaN);

    /// <summary>Whether it lies wholly above or wholly below a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>False also where nothing is known.</returns>
    public bool Excludes(double value) => Low > value || High < value;
}
