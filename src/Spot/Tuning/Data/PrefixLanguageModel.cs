namespace Spot.Tuning;

/// <summary>Prefix language modelling (Raffel et al. 2020, <c>prefix_lm</c>): a window of a document is split, its first part is the input, the rest the target.</summary>
internal static class PrefixLanguageModel
{
    /// <summary>The most tokens of a window, at least 2: with an end of sequence they fill the longest input.</summary>
    public static int Window(int maxInputLength) => Math.Max(2, maxInputLength - 1);

    /// <summary>Makes an example.</summary>
    /// <param name="document">The document's ids, at least 2, without end of sequence.</param>
    /// <param name="maxInputLength">The input is cut to this many ids, end of sequence included.</param>
    /// <param name="maxTargetLength">The same for the target.</param>
    /// <param name="eosId">The end of sequence.</param>
    /// <param name="random">Chooses the window, then the length of the prefix: 1 … window − 1, each as likely.</param>
    public static EncodedExample Make(ReadOnlySpan<int> document, int maxInputLength, int maxTargetLength, int eosId, ref SplitMix64 random)
    {
        ReadOnlySpan<int> window = TokenWindow.Draw(document, Window(maxInputLength), ref random);
        int prefix = 1 + random.Next(window.Length - 1);
        return new EncodedExample(
            TokenWindow.Close(window[..prefix], maxInputLength, eosId), TokenWindow.Close(window[prefix..], maxTargetLength, eosId));
    }
}
