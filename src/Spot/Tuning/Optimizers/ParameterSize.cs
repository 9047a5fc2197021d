namespace Spot.Tuning;

/// <summary>The size of a parameter, which relative learning rates are multiplied by.</summary>
internal static class ParameterSize
{
    /// <summary>The least size.</summary>
    public const double Least = 1e-3; // Adafactor's: what stands at 0 has to be able to leave it

    /// <summary>The root mean square of values, summed in double, or a least size.</summary>
    public static double Of(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += (double)value * value;
        }

        return Math.Max(Least, Math.Sqrt(sum / values.Length));
    }
}
