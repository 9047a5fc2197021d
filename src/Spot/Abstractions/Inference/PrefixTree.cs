namespace Spot;

/// <summary>A place in a tree of token ids, and what may follow it. A node may lead back to an earlier one: then it is an automaton.</summary>
/// <remarks>Built by one thread; do not change it while a request uses it.</remarks>
public sealed class PrefixTree
{
    /// <summary>The places behind this one, by token id. The end of sequence is none of them, see <see cref="IsEnd"/>.</summary>
    public IDictionary<int, PrefixTree> Next { get; } = new Dictionary<int, PrefixTree>();

    /// <summary>Whether an answer may end here.</summary>
    /// <value>false.</value>
    public bool IsEnd { get; set; }

    /// <summary>Adds a sequence of token ids, whose last place becomes an end.</summary>
    /// <param name="tokens">The ids, without an end of sequence.</param>
    /// <returns>The last place.</returns>
    public PrefixTree Add(IEnumerable<int> tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        PrefixTree place = this;
        foreach (int token in tokens)
        {
            if (!place.Next.TryGetValue(token, out PrefixTree? next))
            {
                place.Next[token] = next = new PrefixTree();
            }

            place = next;
        }

        place.IsEnd = true;
        return place;
    }
}
