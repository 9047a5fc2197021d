using System.Text;

namespace Spot.Tests.Backbone;

/// <summary>The formula that golden files use in place of stored weights: splitmix64 seeded by the name's FNV-1a hash.</summary>
internal static class NumberStream
{
    /// <summary>scale · (u − ½) for u in [0, 1), in float32.</summary>
    public static float[] Values(string name, long count, double scale)
    {
        ulong seed = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            seed = (seed ^ b) * 0x100000001B3;
        }

        float[] values = new float[count];
        for (int i = 0; i < values.Length; i++)
        {
            ulong z = seed + ((ulong)(i + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            values[i] = (float)(scale * (((z >> 40) / 16777216.0) - 0.5));
        }

        return values;
    }
}
