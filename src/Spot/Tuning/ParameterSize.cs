namespace Spot.Tuning;

/// <summary>The size of a parameter, which relative learning rates are multiplied by.</summary>
internal static class ParameterSize
{
    /// <summary>The root mean square of values, summed in double.</summary>
    public static double RootMeanSquare(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
        {
            sum += (double)value * value;
        }

        return Math.Sqrt(sum / values.Length);
    }
}
