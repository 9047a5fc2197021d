using Spot.Statistics;

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
        return 100 * Coefficients.Pearson(targets, predictions);
    }

    /// <summary>Spearman's correlation, times 100: Pearson's of the ranks, equal numbers sharing their mean rank.</summary>
    /// <param name="targets">The right numbers.</param>
    /// <param name="predictions">The predicted numbers, one for each target; an infinite one is ranked.</param>
    /// <returns>−100 … 100; NaN where one side is constant or holds NaN.</returns>
    /// <exception cref="ArgumentException">There is no example, or the lengths differ.</exception>
    public static double Spearman(ReadOnlySpan<double> targets, ReadOnlySpan<double> predictions)
    {
        MetricInput.ThrowUnlessPaired(targets.Length, predictions.Length);
        return 100 * Coefficients.Spearman(targets, predictions);
    }
}
