namespace Spot.Samples.Pretrain.Mixture;

/// <summary>Pairs of sentences that share few, some or most of their words: how much is enough, the prompt says.</summary>
internal static class Overlap
{
    private const int Count = 16_000, HeldOut = 400, Levels = 5;

    /// <summary>Pairs by how much they share, from 0 (a fifth of their words at most) to 4.</summary>
    public static SplitRows Rows(Corpus corpus)
    {
        Random random = new(131);
        List<string[]> passages = [.. Matching.Passages(corpus, random, Count)];
        return SplitRows.HoldOut(passages.Zip(passages.Skip(1), (one, other) => Pair(one, other, random)), HeldOut);
    }

    /// <summary>By several bounds.</summary>
    /// <param name="rows">As <see cref="Rows"/> returns them.</param>
    public static Family ByBound(SplitRows rows)
    {
        Family family = new("overlap", Matching.Fields, 132);
        Random random = new(133);
        for (int bound = 1; bound < Levels; bound++)
        {
            Matching.Add(family, Bounded(rows, bound), random);
        }

        return family;
    }

    /// <summary>Whether pairs share at least so much.</summary>
    public static SplitRows Bounded(SplitRows rows, int bound) => rows.Regroup(level => level[0] - '0' >= bound ? "yes" : "no");

    // A sentence, and one that keeps a part of it, has words of another in its place, and may have its halves exchanged.
    private static Labelled Pair(string[] one, string[] other, Random random)
    {
        string[] first = one[random.Next(one.Length)].Split(' '), beside = (random.Next(2) == 0 ? one : other)[^1].Split(' ');
        double kept = random.NextDouble();
        int start = random.Next(beside.Length);
        List<string> second = [];
        for (int i = 0; i < first.Length; i++)
        {
            // Runs of words are kept or lost together, as in sentences that tell the same in other words.
            kept = random.Next(4) == 0 ? random.NextDouble() : kept;
            if (random.NextDouble() < kept)
            {
                second.Add(first[i]);
            }
            else if (random.Next(3) > 0)
            {
                second.Add(beside[(start + i) % beside.Length]);
            }
        }

        if (second.Count > 6 && random.Next(3) == 0)
        {
            int cut = random.Next(2, second.Count - 2);
            second = [.. second[cut..], .. second[..cut]];
        }

        string text = second.Count > 0 ? string.Join(' ', second) : string.Join(' ', beside);
        string whole = string.Join(' ', first);
        int level = Math.Min(Levels - 1, (int)(Levels * Shared(whole, text)));
        return new Labelled(random.Next(2) == 0 ? Matching.Join(whole, text, random) : Matching.Join(text, whole, random), $"{level}");
    }

    private static double Shared(string a, string b)
    {
        HashSet<string> first = [.. Words.Content(a)], second = [.. Words.Content(b)];
        return first.Count + second.Count == 0 ? 0 : 2.0 * first.Intersect(second).Count() / (first.Count + second.Count);
    }
}
