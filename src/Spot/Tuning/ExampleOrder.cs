using Spot.Backbone;

namespace Spot.Tuning;

/// <summary>The order in which examples are drawn: shuffled anew every epoch, a pure function of seed and position.</summary>
internal sealed class ExampleOrder(int count, int batchSize, long seed)
{
    private int[] _order = [];
    private long _epoch = -1;

    /// <summary>The examples of a step's batch.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <returns>Indices of examples; batches run on across the ends of epochs.</returns>
    public int[] Batch(long step)
    {
        int[] batch = new int[batchSize];
        for (int i = 0; i < batchSize; i++)
        {
            long position = (step * batchSize) + i;
            long epoch = position / count;
            if (epoch != _epoch)
            {
                _order = [.. Enumerable.Range(0, count)];
                SplitMix64.For("order", seed, epoch).Shuffle(_order);
                _epoch = epoch;
            }

            batch[i] = _order[position % count];
        }

        return batch;
    }
}
