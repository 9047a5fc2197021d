namespace Spot;

/// <summary>The splitmix64 generator: everything random in Spot is a pure function of seeds through it, the same on every platform.</summary>
internal struct SplitMix64(ulong state)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private ulong _state = state;

    /// <summary>A generator for a purpose: different purposes and seeds give unrelated streams.</summary>
    public static SplitMix64 For(string purpose, long seed, long part = 0)
    {
        ulong key = 0xCBF29CE484222325;
        foreach (char c in purpose)
        {
            key = (key ^ c) * 0x100000001B3;
        }

        return new SplitMix64(Mix(Mix(key + (ulong)seed) + (ulong)part));
    }

    /// <summary>The hash that the generator applies to its counter.</summary>
    public static ulong Mix(ulong z)
    {
        z += Golden;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        ulong value = Mix(_state);
        _state += Golden;
        return value;
    }

    /// <summary>Uniform in 0 … bound − 1.</summary>
    public int Next(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Shuffles in place, every order equally likely.</summary>
    public void Shuffle(Span<int> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
