namespace Spot.Backbone;

/// <summary>What is known of a state's copy in 16 bits, rounded so that nothing is promised that does not hold.</summary>
/// <param name="Scale">state ≈ scale · weights.</param>
/// <param name="Norm">At least |state|; NaN where a score could overflow or is no number: then so is every bound, and none leaves anything out.</param>
/// <param name="Error">At least |state − scale · weights|.</param>
internal readonly record struct HeadState(float Scale, float Norm, float Error)
{
    private const int MostWeight = short.MaxValue;
    private const double MostScore = 1e37;

    /// <summary>Copies a state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="largestNorm">See <see cref="HeadCodes.LargestNorm"/>.</param>
    /// <param name="weights">Where its copy goes.</param>
    public static HeadState Write(ReadOnlySpan<float> state, double largestNorm, Span<short> weights)
    {
        double largest = 0, sum = 0, whole = 0;
        foreach (float value in state)
        {
            largest = Math.Max(largest, Math.Abs(value));
            sum += Math.Abs(value);
            whole += (double)value * value;
        }

        // The second term keeps Σ |code · weight| below 2^31 for every input.
        double least = Math.Max(largest / MostWeight, HeadCodes.MostCode * sum / (int.MaxValue - ((double)HeadCodes.MostCode * state.Length)));
        float scale = least > 0 ? MathF.BitIncrement((float)least) : 0;
        double norm = Math.Sqrt(whole);
        if (!(norm * largestNorm < MostScore))
        {
            weights.Clear();
            return new HeadState(0, float.NaN, float.NaN);
        }

        double error = 0;
        for (int i = 0; i < state.Length; i++)
        {
            double weight = scale > 0 ? Math.Clamp(Math.Round(state[i] / (double)scale), -MostWeight, MostWeight) : 0;
            double difference = state[i] - (scale * weight);
            error += difference * difference;
            weights[i] = (short)weight;
        }

        return new HeadState(scale, HeadCodes.Above(norm), HeadCodes.Above(Math.Sqrt(error)));
    }
}
