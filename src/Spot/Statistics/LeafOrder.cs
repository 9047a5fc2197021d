namespace Spot.Statistics;

/// <summary>The order of a tree's leaves with the shortest way along them (Bar-Joseph, Gifford and Jaakkola, 2001), by dynamic programming.</summary>
/// <remarks>
/// best[u, w] is the least length of an order of the smallest cluster that holds u and w with u and w at its ends. For a cluster of parts A and B,
/// u in A and w in B: the least over k in B and m in A of best[u, m] + d(m, k) + best[k, w], where m is the other end of A and k that of B.
/// </remarks>
internal sealed class LeafOrder
{
    private readonly Dendrogram _tree;
    private readonly double[,] _distances, _best;
    private readonly int[][] _leaves;

    private LeafOrder(Dendrogram tree, double[] distances)
    {
        int n = tree.Count;
        _tree = tree;
        _best = new double[n, n];
        _distances = new double[n, n];
        for (int i = 0, at = 0; i < n; i++)
        {
            for (int j = i + 1; j < n; j++)
            {
                _distances[i, j] = _distances[j, i] = distances[at++];
            }
        }

        _leaves = [.. Enumerable.Range(0, (2 * n) - 1).Select(tree.LeavesOf)];
    }

    internal static int[] Optimal(Dendrogram tree, double[] distances)
    {
        if (tree.Count == 1)
        {
            return [0];
        }

        LeafOrder order = new(tree, distances);
        foreach (ClusterMerge merge in tree.Merges)
        {
            order.Join(merge);
        }

        ClusterMerge top = tree.Merges[^1];
        (int left, int right) = (-1, -1);
        foreach (int u in order._leaves[top.First])
        {
            foreach (int w in order._leaves[top.Second])
            {
                if (left < 0 || order._best[u, w] < order._best[left, right])
                {
                    (left, right) = (u, w);
                }
            }
        }

        List<int> leaves = [];
        order.Write((2 * tree.Count) - 2, Math.Min(left, right), Math.Max(left, right), leaves);
        return [.. leaves];
    }

    /// <summary>Fills in the pairs that come together in a merge.</summary>
    private void Join(ClusterMerge merge)
    {
        int[] first = _leaves[merge.First], second = _leaves[merge.Second];
        double[] reach = new double[_tree.Count];
        foreach (int u in first)
        {
            int[] ends = OtherEnds(merge.First, u);
            foreach (int k in second)
            {
                reach[k] = Least(ends, m => _best[u, m] + _distances[m, k]).Length;
            }

            foreach (int w in second)
            {
                _best[u, w] = _best[w, u] = Least(OtherEnds(merge.Second, w), k => reach[k] + _best[k, w]).Length;
            }
        }
    }

    /// <summary>Writes a cluster's leaves from u to w.</summary>
    private void Write(int cluster, int u, int w, List<int> leaves)
    {
        if (cluster < _tree.Count)
        {
            leaves.Add(cluster);
            return;
        }

        ClusterMerge merge = _tree.Merges[cluster - _tree.Count];
        (int a, int b) = _leaves[merge.First].Contains(u) ? (merge.First, merge.Second) : (merge.Second, merge.First);
        int[] ends = OtherEnds(a, u);
        int k = Least(OtherEnds(b, w), k => Least(ends, m => _best[u, m] + _distances[m, k]).Length + _best[k, w]).Leaf;
        int m = Least(ends, m => _best[u, m] + _distances[m, k]).Leaf;
        Write(a, u, m, leaves);
        Write(b, k, w, leaves);
    }

    /// <summary>The leaves that may end a cluster which begins with a leaf: those of its other part, or the leaf alone.</summary>
    private int[] OtherEnds(int cluster, int leaf)
    {
        if (cluster < _tree.Count)
        {
            return _leaves[cluster];
        }

        ClusterMerge merge = _tree.Merges[cluster - _tree.Count];
        return _leaves[merge.First].Contains(leaf) ? _leaves[merge.Second] : _leaves[merge.First];
    }

    private static (double Length, int Leaf) Least(int[] leaves, Func<int, double> length)
    {
        (double Length, int Leaf) least = (double.PositiveInfinity, leaves[0]);
        foreach (int leaf in leaves)
        {
            double found = length(leaf);
            if (found < least.Length)
            {
                least = (found, leaf);
            }
        }

        return least;
    }
}
