namespace Spot.Transfer;

/// <summary>The measure of transfer that the paper reports (SPoT §3.1).</summary>
public static class RelativeErrorReduction
{
    /// <summary>The share of the baseline's error that transfer removes: (transfer − baseline) / (100 − baseline).</summary>
    /// <param name="baseline">The score without transfer, at most 100; correlations as scores go down to −100.</param>
    /// <param name="transfer">The score with transfer, −100 … 100.</param>
    /// <returns>1 when no error is left, 0 for no change, negative for harm; 0 when the baseline is perfect and stays so, else −∞.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A score is outside −100 … 100.</exception>
    public static double Compute(double baseline, double transfer)
    {
        ThrowIfNoScore(baseline, nameof(baseline));
        ThrowIfNoScore(transfer, nameof(transfer));
        return baseline < 100 ? (transfer - baseline) / (100 - baseline) : transfer < 100 ? double.NegativeInfinity : 0;
    }

    private static void ThrowIfNoScore(double score, string name)
    {
        if (!(score is >= -100 and <= 100))
        {
            throw new ArgumentOutOfRangeException(name, score, "A score must be from -100 to 100.");
        }
    }
}
