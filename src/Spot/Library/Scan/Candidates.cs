namespace Spot.Library;

/// <summary>The keys of a part that can still be among the best k, and the lower bounds that decide it.</summary>
internal sealed class Candidates(int k)
{
    private readonly List<(int Row, double Upper)> _rows = [];
    private int _limit = 4 * k;

    internal LowerBounds Lower { get; } = new(k);

    internal IReadOnlyList<(int Row, double Upper)> Rows => _rows;

    internal void Offer(int row, double lower, double upper)
    {
        Lower.Add(lower);
        if (_rows.Count >= _limit)
        {
            double least = Lower.Least;
            _rows.RemoveAll(found => found.Upper < least);
            _limit = Math.Max(_limit, 2 * _rows.Count);
        }

        _rows.Add((row, upper));
    }
}

/// <summary>The k largest of many numbers.</summary>
internal sealed class LowerBounds(int k)
{
    private readonly PriorityQueue<double, double> _largest = new();

    /// <summary>The least of them; −∞ while there are fewer than k.</summary>
    internal double Least { get; private set; } = double.NegativeInfinity;

    internal void Add(double bound)
    {
        if (_largest.Count < k)
        {
            _largest.Enqueue(bound, bound);
        }
        else if (bound > Least)
        {
            _largest.EnqueueDequeue(bound, bound);
        }

        Least = _largest.Count < k ? double.NegativeInfinity : _largest.Peek();
    }

    internal void Add(LowerBounds others)
    {
        foreach ((double bound, _) in others._largest.UnorderedItems)
        {
            Add(bound);
        }
    }
}
