namespace Spot.Library;

/// <summary>Keeps the k best of many scores: the higher score first, of exactly equal scores the smaller index.</summary>
/// <remarks>Takes O(log k) for a score that enters and one comparison for any other. The result does not depend on the order of the offers. Not safe for concurrent calls.</remarks>
internal sealed class TopK
{
    private readonly int _capacity;
    private readonly Comparison<int>? _ties;

    // A binary heap with the worst of the kept ones on top.
    private readonly List<ScoredIndex> _heap = [];

    /// <summary>An empty selection.</summary>
    /// <param name="capacity">How many scores are kept, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is below 1.</exception>
    internal TopK(int capacity)
        : this(capacity, null)
    {
    }

    /// <summary>An empty selection with an order of its own for equal scores.</summary>
    /// <param name="capacity">How many scores are kept, at least 1.</param>
    /// <param name="ties">Below 0 when the first index comes before the second; null for the smaller index first.</param>
    internal TopK(int capacity, Comparison<int>? ties)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _capacity = capacity;
        _ties = ties;
    }

    /// <summary>Offers a score.</summary>
    /// <param name="index">The key's index; each at most once.</param>
    /// <param name="score">Its score. NaN has no place in the order.</param>
    /// <exception cref="ArgumentException">The score is NaN.</exception>
    internal void Offer(int index, double score)
    {
        if (double.IsNaN(score))
        {
            throw new ArgumentException($"The score of key {index} is NaN, which cannot be ranked.", nameof(score));
        }

        ScoredIndex offered = new(index, score);
        if (_heap.Count < _capacity)
        {
            _heap.Add(offered);
            SiftUp(_heap.Count - 1);
        }
        else if (Order(offered, _heap[0]) < 0)
        {
            _heap[0] = offered;
            SiftDown();
        }
    }

    /// <summary>What was kept.</summary>
    /// <returns>The best first; at most as many as the capacity.</returns>
    internal ScoredIndex[] ToArray()
    {
        ScoredIndex[] best = [.. _heap];
        Array.Sort(best, Order);
        return best;
    }

    /// <summary>Below 0 when <paramref name="x"/> comes first.</summary>
    private int Order(ScoredIndex x, ScoredIndex y) =>
        x.Score > y.Score ? -1 : x.Score < y.Score ? 1 : _ties is null ? x.Index.CompareTo(y.Index) : _ties(x.Index, y.Index);

    private void SiftUp(int child)
    {
        while (child > 0)
        {
            int parent = (child - 1) / 2;
            if (Order(_heap[child], _heap[parent]) <= 0)
            {
                return;
            }

            (_heap[child], _heap[parent]) = (_heap[parent], _heap[child]);
            child = parent;
        }
    }

    private void SiftDown()
    {
        for (int parent = 0, child = 1; child < _heap.Count; child = (2 * parent) + 1)
        {
            if (child + 1 < _heap.Count && Order(_heap[child + 1], _heap[child]) > 0)
            {
                child++;
            }

            if (Order(_heap[parent], _heap[child]) >= 0)
            {
                return;
            }

            (_heap[parent], _heap[child]) = (_heap[child], _heap[parent]);
            parent = child;
        }
    }
}
