namespace Spot.Tuning;

/// <summary>What the objectives for raw text have in common.</summary>
internal static class TokenWindow
{
    /// <summary>A random stretch of ids, every place as likely; all of them where they are not more than asked for.</summary>
    public static ReadOnlySpan<int> Draw(ReadOnlySpan<int> ids, int length, ref SplitMix64 random) =>
        ids.Length <= length ? ids : ids.Slice(random.Next(ids.Length - length + 1), length);

    /// <summary>Ids cut to a length that includes the end of sequence.</summary>
    public static int[] Close(ReadOnlySpan<int> ids, int maxLength, int eosId) => [.. ids[..Math.Min(ids.Length, maxLength - 1)], eosId];
}
