using System.Text;

namespace Spot.Tests;

/// <summary>Numbers from a name: splitmix64 from the FNV-1a hash of its UTF-8 bytes, upper 24 bits of each output.</summary>
internal static class NumberStream
{
    /// <summary>Elements 0 … count − 1, each 0 … 2^24 − 1.</summary>
    internal static int[] Top24(string name, int count)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ b) * 0x100000001B3;
        }

        int[] numbers = new int[count];
        for (int i = 0; i < count; i++)
        {
            ulong z = hash + ((ulong)(i + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            numbers[i] = (int)((z ^ (z >> 31)) >> 40);
        }

        return numbers;
    }

    /// <summary>Top24 − 2^23; as a value a unit is 2^-23.</summary>
    internal static int[] Units(string name, int count) => Array.ConvertAll(Top24(name, count), top => top - (1 << 23));

    internal static float ToValue(int unit) => unit * (1f / (1 << 23));

    internal static float[] Uniform(string name, int count, double scale) =>
        Array.ConvertAll(Units(name, count), unit => (float)(unit * (scale / (1 << 24))));
}
