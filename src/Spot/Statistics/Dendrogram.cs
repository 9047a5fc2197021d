namespace Spot.Statistics;

/// <summary>A hierarchical clustering: a binary tree over things of which only the distances are known.</summary>
/// <remarks>
/// The closest two clusters are merged until one is left; of several equally close pairs the one with the smallest lower id, then the smallest higher
/// id, so that the tree never depends on the order of a search. Built in time O(n³) and memory O(n²), meant for up to some hundred things.
/// Immutable; safe for concurrent calls.
/// </remarks>
public sealed class Dendrogram
{
    private readonly double[] _distances;
    private readonly ClusterMerge[] _merges;

    private Dendrogram(int count, double[] distances, ClusterMerge[] merges)
    {
        Count = count;
        _distances = distances;
        _merges = merges;
    }

    /// <summary>The number n of leaves, at least 1.</summary>
    public int Count { get; }

    /// <summary>The n − 1 merges, in the order of their heights.</summary>
    public IReadOnlyList<ClusterMerge> Merges => _merges;

    /// <summary>Builds the tree.</summary>
    /// <param name="distances">The distances of all pairs as <see cref="PairwiseDistances"/> lists them, finite and not negative beyond a rounding.</param>
    /// <param name="count">The number n of things, at least 1.</param>
    /// <param name="linkage">How far apart two clusters are.</param>
    /// <returns>The tree.</returns>
    /// <exception cref="ArgumentException">There are not n (n − 1) / 2 distances, or one is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1, or <paramref name="linkage"/> none of the enumeration.</exception>
    public static Dendrogram Build(ReadOnlySpan<double> distances, int count, Linkage linkage = Linkage.Average)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (!Enum.IsDefined(linkage))
        {
            throw new ArgumentOutOfRangeException(nameof(linkage), linkage, "Expected Average, Complete, Single or Ward.");
        }

        if (distances.Length != PairwiseDistances.Pairs(count))
        {
            throw new ArgumentException($"Found {distances.Length} distances, expected {PairwiseDistances.Pairs(count)}, one for each pair of {count}.", nameof(distances));
        }

        foreach (double distance in distances)
        {
            if (!double.IsFinite(distance))
            {
                throw new ArgumentException($"Found the distance {distance}, expected finite ones: leave out what was not measured.", nameof(distances));
            }
        }

        return new Dendrogram(count, distances.ToArray(), Agglomeration.Run(distances, count, linkage));
    }

    /// <summary>The leaves from left to right as the tree is written: from the top down, the cluster with the lower id first.</summary>
    /// <returns>0 … n − 1 in another order.</returns>
    public int[] Leaves() => LeavesOf((2 * Count) - 2);

    /// <summary>
    /// The leaves in the order, of all that keep every cluster together, with the least sum of distances of neighbours, so that similar things lie side
    /// by side also across clusters (Bar-Joseph and others, 2001). Exact, in time O(n³) and memory O(n²).
    /// </summary>
    /// <returns>0 … n − 1 in another order; of an order and its reverse, the one with the smaller leaf in front.</returns>
    public int[] OptimalLeaves() => LeafOrder.Optimal(this, _distances);

    /// <summary>The clusters when so many are left.</summary>
    /// <param name="clusters">At least 1; more than n gives every leaf alone.</param>
    /// <returns>The members of each cluster in ascending order, by their first member.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="clusters"/> is below 1.</exception>
    public int[][] Cut(int clusters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clusters, 1);
        int done = Math.Max(0, Count - clusters);
        HashSet<int> open = [.. Enumerable.Range(0, Count + done)];
        foreach (ClusterMerge merge in _merges.AsSpan(0, done))
        {
            open.Remove(merge.First);
            open.Remove(merge.Second);
        }

        return [.. open.Select(cluster => LeavesOf(cluster).Order().ToArray()).OrderBy(members => members[0])];
    }

    /// <summary>The height at which two leaves come together, for all pairs.</summary>
    /// <returns>A list as <see cref="PairwiseDistances"/> has them.</returns>
    public double[] CopheneticDistances()
    {
        double[] heights = new double[_distances.Length];
        foreach (ClusterMerge merge in _merges)
        {
            int[] others = LeavesOf(merge.Second);
            foreach (int a in LeavesOf(merge.First))
            {
                foreach (int b in others)
                {
                    heights[PairwiseDistances.Index(a, b, Count)] = merge.Height;
                }
            }
        }

        return heights;
    }

    /// <summary>The leaves of a cluster from left to right.</summary>
    internal int[] LeavesOf(int cluster)
    {
        List<int> leaves = [];
        Stack<int> open = new([cluster]);
        while (open.TryPop(out int id))
        {
            if (id < Count)
            {
                leaves.Add(id);
            }
            else
            {
                open.Push(_merges[id - Count].Second);
                open.Push(_merges[id - Count].First);
            }
        }

        return [.. leaves];
    }
}
