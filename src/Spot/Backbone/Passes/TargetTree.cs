namespace Spot.Backbone;

/// <summary>
/// Targets as a tree of token ids: what several of them begin with stands once. A node reads a token and is asked for the next one, so that the last
/// token of a target is no node.
/// </summary>
internal sealed class TargetTree
{
    // What one pass of the decoder may hold: nodes of all its rows, and encoder states of so many rows.
    private const int MostNodes = 512, MostRows = 64;

    private readonly List<int> _tokens = [], _parents = [], _depths = [];
    private readonly List<(int Node, int Token)> _choices = [];
    private readonly List<(int Index, int[] Ids, int[] Choices)> _targets = [];

    private TargetTree()
    {
    }

    /// <summary>What each node reads, the decoder's start id first.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    /// <summary>The node before each node; it has a lower number. −1 for the first.</summary>
    public IReadOnlyList<int> Parents => _parents;

    /// <summary>The position of each node.</summary>
    public IReadOnlyList<int> Depths => _depths;

    /// <summary>The tokens that are wanted at the nodes, each once.</summary>
    public IReadOnlyList<(int Node, int Token)> Choices => _choices;

    /// <summary>The targets: which of all it is, its ids, and the choices that make it up.</summary>
    public IReadOnlyList<(int Index, int[] Ids, int[] Choices)> Targets => _targets;

    /// <summary>How many rows a pass should take, at least 1.</summary>
    public int RowsPerPass => Math.Clamp(MostNodes / Tokens.Count, 1, MostRows);

    /// <summary>Trees of all targets: one, or several where one pass would be too large.</summary>
    /// <param name="targets">Their ids with end of sequence. Targets may be equal.</param>
    /// <param name="startId">The decoder's start id.</param>
    public static IReadOnlyList<TargetTree> Of(IReadOnlyList<int[]> targets, int startId)
    {
        int[] order = [.. Enumerable.Range(0, targets.Count)];
        Array.Sort(order, (one, other) => targets[one].AsSpan().SequenceCompareTo(targets[other])); // neighbours share the most
        List<TargetTree> trees = [new()];
        List<int> path = [], chosen = []; // nodes and choices of the target before
        int[] last = [];
        foreach (int index in order)
        {
            int[] ids = targets[index];
            int common = ids.AsSpan().CommonPrefixLength(last), known = Math.Min(common + 1, last.Length);
            if (trees[^1].Tokens.Count > 0 && trees[^1].Tokens.Count + ids.Length - known > MostNodes)
            {
                trees.Add(new TargetTree());
                common = known = 0;
            }

            path.RemoveRange(known, path.Count - known);
            chosen.RemoveRange(common, chosen.Count - common);
            trees[^1].Add(index, ids, startId, path, chosen);
            last = ids;
        }

        return trees;
    }

    /// <summary>Whether another one has the same targets.</summary>
    public bool Matches(TargetTree other) => ReferenceEquals(this, other) || (_targets.Count == other._targets.Count
        && _targets.Zip(other._targets).All(pair => pair.First.Index == pair.Second.Index && pair.First.Ids.AsSpan().SequenceEqual(pair.Second.Ids)));

    // The path has the nodes that are there already.
    private void Add(int index, int[] ids, int startId, List<int> path, List<int> chosen)
    {
        for (int i = path.Count; i < ids.Length; i++)
        {
            path.Add(_tokens.Count);
            _tokens.Add(i == 0 ? startId : ids[i - 1]);
            _parents.Add(i == 0 ? -1 : path[i - 1]);
            _depths.Add(i);
        }

        for (int i = chosen.Count; i < ids.Length; i++)
        {
            chosen.Add(_choices.Count);
            _choices.Add((path[i], ids[i]));
        }

        _targets.Add((index, ids, [.. chosen]));
    }
}
