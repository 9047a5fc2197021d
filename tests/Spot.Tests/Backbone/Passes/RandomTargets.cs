namespace Spot.Tests.Backbone;

/// <summary>Targets of few tokens, so that they begin alike; some are equal, some are the beginning of others.</summary>
internal static class RandomTargets
{
    /// <summary>The same arguments, the same targets.</summary>
    /// <param name="seed">Other targets.</param>
    /// <param name="count">How many.</param>
    /// <param name="longest">The most tokens before the end of sequence, at least 1; one target has as many.</param>
    public static int[][] Of(int seed, int count, int longest)
    {
        SplitMix64 random = SplitMix64.For("targets", seed);
        return [.. Enumerable.Range(0, count).Select(target => (int[])
            [.. Enumerable.Range(0, target == count / 2 ? longest : 1 + random.Next(longest)).Select(i => 3 + random.Next(i == 0 ? 7 : 3)), 1])];
    }
}
