namespace Spot.Tasks;

/// <summary>Which group of files is read next: in turns, in proportion to sizes, equals in an order of the seed's.</summary>
internal sealed class TextVisits(IReadOnlyList<long> sizes)
{
    private readonly int[] _order = new int[sizes.Count];
    private readonly List<(int File, long Earlier)> _found = [];
    private TaskSchedule _schedule = new([]);
    private long? _seed;

    /// <summary>The group of a visit, and how many visits it had before.</summary>
    public (int File, long Earlier) Find(long visit, long seed)
    {
        if (_seed != seed)
        {
            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = i;
            }

            SplitMix64.For("text files", seed).Shuffle(_order);
            double sum = sizes.Sum(size => (double)size);
            _schedule = new TaskSchedule([.. _order.Select(file => sizes[file] / sum)]);
            _found.Clear();
            _seed = seed;
        }

        while (_found.Count <= visit)
        {
            int file = _schedule.Next(out long earlier);
            _found.Add((_order[file], earlier));
        }

        return _found[(int)visit];
    }
}
