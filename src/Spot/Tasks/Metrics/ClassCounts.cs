namespace Spot.Tasks;

/// <summary>What became of one class: hits, false alarms and misses.</summary>
internal struct ClassCounts
{
    private int _hits;
    private int _falseAlarms;
    private int _misses;

    /// <summary>The harmonic mean of precision and recall, 0 … 1; 0 when the class is neither there nor predicted.</summary>
    public readonly double F1
    {
        get
        {
            long sum = (2L * _hits) + _falseAlarms + _misses;
            return sum == 0 ? 0 : 2.0 * _hits / sum;
        }
    }

    /// <summary>Counts one example.</summary>
    /// <param name="target">Whether it is of the class.</param>
    /// <param name="predicted">Whether the prediction says so.</param>
    public void Add(bool target, bool predicted)
    {
        _hits += target && predicted ? 1 : 0;
        _falseAlarms += !target && predicted ? 1 : 0;
        _misses += target && !predicted ? 1 : 0;
    }
}
