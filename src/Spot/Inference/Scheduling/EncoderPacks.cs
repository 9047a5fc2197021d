namespace Spot.Inference;

/// <summary>
/// Which inputs the encoder reads in one pass: the oldest, and those that came next where nothing is padded, or those of a length so near that little is.
/// </summary>
internal static class EncoderPacks
{
    // What may be padded: a twentieth, and few positions in any case, since a pass of its own costs more than these.
    private const int PaddedShare = 20, PaddedLeast = 32;

    /// <param name="lengths">The positions of each input, the oldest first; at least one.</param>
    /// <param name="budget">The most positions of a pass, padding included.</param>
    /// <param name="unpadded">Whether an input of a length may stand in a pass without padding.</param>
    /// <returns>The inputs of the pass, the oldest among them.</returns>
    public static List<int> Choose(IReadOnlyList<int> lengths, int budget, Func<int, bool> unpadded) =>
        unpadded(lengths[0]) ? InOrder(lengths, budget, unpadded) : NearInLength(lengths, budget);

    private static List<int> InOrder(IReadOnlyList<int> lengths, int budget, Func<int, bool> unpadded)
    {
        List<int> pack = [0];
        int sum = lengths[0];
        for (int i = 1; i < lengths.Count; i++)
        {
            if (unpadded(lengths[i]) && sum + lengths[i] <= budget)
            {
                pack.Add(i);
                sum += lengths[i];
            }
        }

        return pack;
    }

    private static List<int> NearInLength(IReadOnlyList<int> lengths, int budget)
    {
        int[] order = [.. Enumerable.Range(0, lengths.Count).OrderBy(i => lengths[i])];
        int first = Array.IndexOf(order, 0), last = first, sum = lengths[0];
        while (true)
        {
            int below = first > 0 ? lengths[order[first - 1]] : -1, above = last + 1 < order.Length ? lengths[order[last + 1]] : -1;
            bool down = below >= 0 && (above < 0 || lengths[0] - below <= above - lengths[0]);
            if ((down && Fits(below, lengths[order[last]])) || (below >= 0 && !(above >= 0 && Fits(above, above)) && Fits(below, lengths[order[last]])))
            {
                first--;
                sum += below;
            }
            else if (above >= 0 && Fits(above, above))
            {
                last++;
                sum += above;
            }
            else
            {
                return [.. order[first..(last + 1)]];
            }
        }

        bool Fits(int length, int longest)
        {
            int total = longest * (last - first + 2), padded = total - sum - length;
            return total <= budget && padded <= Math.Max(total / PaddedShare, PaddedLeast);
        }
    }
}
