namespace Spot.Tuning;

/// <summary>
/// Span corruption (Raffel et al. 2020, <c>random_spans_noise_mask</c>): 15 % of a window's tokens, in spans of 3 on average, are noise. In the input
/// a sentinel stands for each span of noise; the target is the noise, each span behind its sentinel.
/// </summary>
internal static class SpanCorruption
{
    private const float Density = 0.15f;
    private const float MeanSpan = 3;

    /// <summary>How many of a window's tokens are noise, and in how many spans: T5's numbers, in its float32, but no more spans than sentinels.</summary>
    /// <param name="length">The window's length, at least 2.</param>
    /// <param name="sentinels">The number of sentinels.</param>
    public static (int Noise, int Spans) Counts(int length, int sentinels)
    {
        int noise = Math.Clamp((int)MathF.Round(length * Density), 1, length - 1);
        return (noise, Math.Clamp((int)MathF.Round(noise / MeanSpan), 1, sentinels));
    }

    /// <summary>
    /// The most tokens of a window, at least 2: with sentinels and end of sequence the input just fits. For inputs of 10 to 1,808 tokens, as far as 100
    /// sentinels serve, this is T5's own number (<c>random_spans_helper</c>): 568 for 512.
    /// </summary>
    public static int Window(int maxInputLength, int sentinels)
    {
        int length = 2;
        while (InputLength(length + 1, sentinels) <= maxInputLength)
        {
            length++;
        }

        return length;
    }

    /// <summary>Makes an example.</summary>
    /// <param name="document">The document's ids, at least 2, without end of sequence.</param>
    /// <param name="maxInputLength">The input is cut to this many ids, end of sequence included.</param>
    /// <param name="maxTargetLength">The same for the target.</param>
    /// <param name="sentinels">The ids of the sentinels, <c>&lt;extra_id_0&gt;</c> first.</param>
    /// <param name="eosId">The end of sequence.</param>
    /// <param name="random">Chooses the window and the lengths of the spans; all ways to divide it are as likely.</param>
    public static EncodedExample Make(
        ReadOnlySpan<int> document, int maxInputLength, int maxTargetLength, ReadOnlySpan<int> sentinels, int eosId, ref SplitMix64 random)
    {
        ReadOnlySpan<int> window = TokenWindow.Draw(document, Window(maxInputLength, sentinels.Length), ref random);
        (int noise, int spans) = Counts(window.Length, sentinels.Length);
        int[] noisy = Segments(noise, spans, ref random);
        int[] kept = Segments(window.Length - noise, spans, ref random);
        List<int> input = [], target = [];
        for (int span = 0; span < spans; span++)
        {
            input.AddRange(window[..kept[span]]);
            input.Add(sentinels[span]);
            target.Add(sentinels[span]);
            target.AddRange(window.Slice(kept[span], noisy[span]));
            window = window[(kept[span] + noisy[span])..];
        }

        return new EncodedExample(
            TokenWindow.Close([.. input], maxInputLength, eosId), TokenWindow.Close([.. target], maxTargetLength, eosId));
    }

    // T5 counts here in double precision: at a few lengths one token less of noise than Counts, which makes the input no longer.
    private static int InputLength(int length, int sentinels)
    {
        int noise = Math.Clamp((int)Math.Round(length * 0.15), 1, length - 1);
        return length - noise + Math.Clamp((int)Math.Round(noise / 3.0), 1, sentinels) + 1;
    }

    // Divides items into segments of at least one: of the places between two items, segments − 1 are chosen.
    private static int[] Segments(int items, int segments, ref SplitMix64 random)
    {
        int[] lengths = new int[segments];
        int segment = 0;
        for (int left = items - 1; left >= 0; left--)
        {
            lengths[segment]++;
            if (left > 0 && random.Next(left) < segments - 1 - segment)
            {
                segment++;
            }
        }

        return lengths;
    }
}
