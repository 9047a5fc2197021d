namespace Spot.Statistics;

/// <summary>How strongly two series of numbers go together, and how surprising that would be if they did not.</summary>
/// <remarks>
/// <para>Pearson: r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² Σ(y − ȳ)²), cut to −1 … 1. Spearman: the same of the ranks, equal numbers sharing their mean
/// rank; −0 equals 0. Means are taken first and deviations then, scaled, so neither a common offset nor the magnitude matters.</para>
/// <para>The p-value is two-sided: the chance of a coefficient at least as far from 0 if the series were independent (and normal, for Pearson), from
/// Student's t with n − 2 degrees of freedom. For Spearman it is an approximation, good from about ten points on. Safe for concurrent calls.</para>
/// </remarks>
/// <param name="Coefficient">−1 … 1; NaN with fewer than two points, or where a series is constant or holds a number that is not finite.</param>
/// <param name="PValue">0 … 1; NaN where the coefficient is. Of two points it says nothing: 1 (Pearson) or NaN (Spearman).</param>
/// <param name="Count">The number of points.</param>
public readonly record struct Correlation(double Coefficient, double PValue, int Count)
{
    /// <summary>The fewest points on which reports draw a line or give a p-value.</summary>
    internal const int FewestPoints = 10;

    /// <summary>Pearson's correlation.</summary>
    /// <param name="x">One series.</param>
    /// <param name="y">The other one, point by point.</param>
    /// <returns>Coefficient and p-value.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Correlation Pearson(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double r = Coefficients.Pearson(x, y);
        return new Correlation(r, TwoSidedPValue(r, x.Length), x.Length);
    }

    /// <summary>Spearman's rank correlation. An infinite number is ranked.</summary>
    /// <param name="x">One series.</param>
    /// <param name="y">The other one, point by point.</param>
    /// <returns>Coefficient and p-value.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Correlation Spearman(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        double rho = Coefficients.Spearman(x, y);
        return new Correlation(rho, x.Length == 2 ? double.NaN : TwoSidedPValue(rho, x.Length), x.Length);
    }

    /// <summary>The two-sided p-value of a coefficient.</summary>
    /// <param name="coefficient">−1 … 1, or NaN.</param>
    /// <param name="count">The number of points it was computed from.</param>
    /// <returns>0 … 1, to about 12 digits also where it is tiny; 1 for two points; NaN for fewer, or where the coefficient is NaN.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="coefficient"/> is outside −1 … 1, or <paramref name="count"/> negative.</exception>
    public static double TwoSidedPValue(double coefficient, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (Math.Abs(coefficient) > 1)
        {
            throw new ArgumentOutOfRangeException(nameof(coefficient), coefficient, "A correlation must be from -1 to 1.");
        }

        return count < 2 || double.IsNaN(coefficient) ? double.NaN : count == 2 ? 1 : StudentT.TwoSided(coefficient, count - 2);
    }
}
