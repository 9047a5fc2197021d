namespace Spot.Library;

/// <summary>A query's key in 16 bits, with what rounding it can cost.</summary>
internal sealed class QuantizedQuery
{
    private const int MostWeight = short.MaxValue;

    internal QuantizedQuery(ReadOnlySpan<double> key, int padded)
    {
        Weights = new short[padded];
        double largest = 0, sum = 0;
        foreach (double value in key)
        {
            largest = Math.Max(largest, Math.Abs(value));
            sum += Math.Abs(value);
        }

        // The second term keeps Σ |code · weight| below 2^31 for every input.
        Scale = Math.Max(largest / MostWeight, KeyCodes.MostCode * sum / (int.MaxValue - ((double)KeyCodes.MostCode * key.Length)));
        double square = 0, error = 0;
        for (int i = 0; i < key.Length; i++)
        {
            Weights[i] = Scale > 0 ? (short)Math.Clamp(Math.Round(key[i] / Scale), -MostWeight, MostWeight) : (short)0;
            double difference = key[i] - (Scale * Weights[i]);
            square += key[i] * key[i];
            error += difference * difference;
        }

        Norm = Math.Sqrt(square) * KeyCodes.Up;
        Error = (Math.Sqrt(error) * KeyCodes.Up) + (Norm * KeyCodes.Rounding);
    }

    /// <summary>key ≈ Scale · Weights.</summary>
    internal short[] Weights { get; }

    /// <summary>See <see cref="Weights"/>.</summary>
    internal double Scale { get; }

    /// <summary>At least |key|.</summary>
    internal double Norm { get; }

    /// <summary>At least |key − Scale · Weights|.</summary>
    internal double Error { get; }
}
