namespace Spot.Tuning;

/// <summary>The order in which a task's examples are drawn: shuffled anew in each of its epochs, a pure function of purpose, seed and epoch.</summary>
internal sealed class TaskOrder(string purpose, int count, long seed)
{
    private readonly int[] _order = new int[count];
    private long _epoch = -1;

    /// <summary>The number of examples.</summary>
    public int Count => count;

    /// <summary>The order of one epoch, valid until another epoch is asked for.</summary>
    public ReadOnlySpan<int> Epoch(long epoch)
    {
        if (epoch != _epoch)
        {
            for (int i = 0; i < count; i++)
            {
                _order[i] = i;
            }

            SplitMix64.For(purpose, seed, epoch).Shuffle(_order);
            _epoch = epoch;
        }

        return _order;
    }
}
