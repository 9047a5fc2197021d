using System.Numerics.Tensors;

namespace Spot.Tuning;

/// <summary>Finds a number of a run that is infinite or not a number, and says where.</summary>
internal static class Divergence
{
    /// <summary>The first number that is not finite; null where all are.</summary>
    /// <param name="what">What it is a number of, for the message.</param>
    /// <param name="values">The numbers, row by row.</param>
    /// <param name="columns">Numbers in a row.</param>
    public static string? Place(string what, ReadOnlySpan<float> values, int columns)
    {
        if (TensorPrimitives.IsFiniteAll(values))
        {
            return null;
        }

        for (int at = 0; at < values.Length; at++)
        {
            if (!float.IsFinite(values[at]))
            {
                return FormattableString.Invariant($"{what} row {at / columns}, column {at % columns}: {values[at]}");
            }
        }

        return null;
    }
}
