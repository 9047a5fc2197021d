namespace Spot.Library;

/// <summary>Copies keys in 8 bits.</summary>
internal static class KeyCodes
{
    internal const int MostCode = 127;

    /// <summary>More than the relative error of a norm summed in double, or of rounding it to float.</summary>
    internal const double Up = 1 + 1e-6;

    /// <summary>More than the error of the double products themselves, as a share of the norms.</summary>
    internal const double Rounding = 1e-11;

    /// <summary>How many codes a key of a width takes: rows are padded with zeros, so that kernels need no tails.</summary>
    internal static int Padded(int dim) => (dim + IntegerDot.Block - 1) / IntegerDot.Block * IntegerDot.Block;

    /// <summary>Copies a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="codes">Where its codes go, <see cref="Padded"/> of them; what lies behind the key's width must be zero.</param>
    /// <param name="tag">The key's tag.</param>
    /// <returns>The bound of the copy's error.</returns>
    internal static KeyBound Write(ReadOnlySpan<double> key, Span<sbyte> codes, int tag)
    {
        double largest = 0;
        foreach (double value in key)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        float scale = (float)(largest / MostCode);
        double residual = 0, square = 0;
        for (int i = 0; i < key.Length; i++)
        {
            codes[i] = scale > 0 ? (sbyte)Math.Clamp(Math.Round(key[i] / scale), -MostCode, MostCode) : (sbyte)0;
            double copy = (double)scale * codes[i], difference = key[i] - copy;
            residual += difference * difference;
            square += copy * copy;
        }

        float norm = MathF.BitIncrement((float)(Math.Sqrt(square) * Up));
        return new KeyBound(scale, MathF.BitIncrement((float)((Math.Sqrt(residual) * Up) + (norm * Rounding))), norm, tag);
    }
}
