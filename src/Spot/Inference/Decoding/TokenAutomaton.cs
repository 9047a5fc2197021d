namespace Spot.Inference;

/// <summary>The sequences that are allowed, as states; the end of sequence is a token like others, behind which nothing comes.</summary>
internal sealed class TokenAutomaton
{
    private readonly Dictionary<int, int>[] _next; // by state: token to state, −1 behind the end of sequence
    private readonly int[] _toEnd; // the fewest tokens from a state, end of sequence included

    private TokenAutomaton(Dictionary<int, int>[] next, int[] toEnd) => (_next, _toEnd, Longest) = (next, toEnd, Depth(next));

    /// <summary>The fewest tokens of an answer, end of sequence included.</summary>
    public int Shortest => _toEnd[0];

    /// <summary>The most tokens of an answer, end of sequence included; the largest number where places lead back to earlier ones.</summary>
    public int Longest { get; }

    /// <summary>Of a set of answers.</summary>
    /// <param name="answers">Their ids with end of sequence.</param>
    /// <param name="eosId">The end of sequence.</param>
    public static TokenAutomaton Of(IEnumerable<int[]> answers, int eosId)
    {
        PrefixTree tree = new();
        foreach (int[] ids in answers)
        {
            tree.Add(ids[..^1]);
        }

        return Of(tree, eosId, int.MaxValue);
    }

    /// <summary>Of a prefix tree.</summary>
    /// <param name="tree">The tree; it is copied.</param>
    /// <param name="eosId">The end of sequence.</param>
    /// <param name="vocabulary">How many ids there are.</param>
    /// <exception cref="ArgumentException">No end can be reached from a place of it, or an id is no token's.</exception>
    public static TokenAutomaton Of(PrefixTree tree, int eosId, int vocabulary)
    {
        Dictionary<PrefixTree, int> states = new(ReferenceEqualityComparer.Instance) { [tree] = 0 };
        List<PrefixTree> places = [tree];
        List<Dictionary<int, int>> next = [];
        for (int state = 0; state < places.Count; state++)
        {
            next.Add([]);
            foreach ((int token, PrefixTree place) in places[state].Next)
            {
                if (token < 0 || token >= vocabulary || token == eosId || place is null)
                {
                    throw new ArgumentException(
                        $"The prefix tree holds {(place is null ? "a null behind " : "")}the token id {token}, expected ids of 0 to {vocabulary - 1} without the end of sequence {eosId}. Mark ends by IsEnd.");
                }

                if (!states.TryGetValue(place, out int to))
                {
                    states[place] = to = places.Count;
                    places.Add(place);
                }

                next[state][token] = to;
            }

            if (places[state].IsEnd)
            {
                next[state][eosId] = -1;
            }
        }

        return new TokenAutomaton([.. next], Distances(next));
    }

    /// <summary>Leaves the scores of the tokens that may come <see cref="Next"/>.</summary>
    /// <param name="state">The state, 0 at first.</param>
    /// <param name="left">How many tokens may be written yet.</param>
    /// <param name="scores">The scores; all others become −∞.</param>
    public void Mask(int state, int left, Span<float> scores)
    {
        int[] next = Next(state, left);
        float[] kept = new float[next.Length];
        for (int i = 0; i < next.Length; i++)
        {
            kept[i] = scores[next[i]];
        }

        scores.Fill(float.NegativeInfinity);
        for (int i = 0; i < next.Length; i++)
        {
            scores[next[i]] = kept[i];
        }
    }

    /// <summary>The tokens that may come next; from each of them an end can be reached in time.</summary>
    /// <param name="state">The state, 0 at first.</param>
    /// <param name="left">How many tokens may be written yet.</param>
    public int[] Next(int state, int left) =>
        [.. _next[state].Where(next => next.Value < 0 || _toEnd[next.Value] <= left - 1).Select(next => next.Key)];

    /// <summary>The state behind a token that may come.</summary>
    public int Step(int state, int token) => _next[state][token];

    // States in an order in which each comes behind all that lead to it.
    private static int Depth(Dictionary<int, int>[] next)
    {
        int[] depth = new int[next.Length], before = new int[next.Length]; // how many ways to it are left
        foreach (int to in next.SelectMany(from => from.Values).Where(to => to >= 0))
        {
            before[to]++;
        }

        Queue<int> ready = new(before[0] == 0 ? [0] : []);
        int done = 0;
        for (; ready.TryDequeue(out int state); done++)
        {
            foreach (int to in next[state].Values.Where(to => to >= 0))
            {
                depth[to] = Math.Max(depth[to], depth[state] + 1);
                if (--before[to] == 0)
                {
                    ready.Enqueue(to);
                }
            }
        }

        return done == next.Length ? depth.Max() + 1 : int.MaxValue;
    }

    private static int[] Distances(List<Dictionary<int, int>> next)
    {
        int[] toEnd = [.. next.Select(_ => int.MaxValue)];
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int state = next.Count - 1; state >= 0; state--) // of a tree the leaves come first, so that one round does
            {
                foreach (int to in next[state].Values)
                {
                    int found = to < 0 ? 1 : toEnd[to] == int.MaxValue ? int.MaxValue : toEnd[to] + 1;
                    if (found < toEnd[state])
                    {
                        (toEnd[state], changed) = (found, true);
                    }
                }
            }
        }

        return toEnd.Contains(int.MaxValue)
            ? throw new ArgumentException("The prefix tree has a place from which no end can be reached, expected one behind every token. Set IsEnd where an answer may end.")
            : toEnd;
    }
}
