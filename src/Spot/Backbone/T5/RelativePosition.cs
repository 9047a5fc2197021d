using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>T5's relative position bias: a learned number per head and bucket of the distance key − query.</summary>
internal static class RelativePosition
{
    /// <summary>The bucket of a relative position (key − query).</summary>
    /// <remarks>
    /// Half of the buckets are for exact small distances, the rest grow logarithmically up to the maximum distance. The logarithm
    /// is taken in float32, as the reference does: at exact powers rounding decides.
    /// </remarks>
    public static int Bucket(int relativePosition, bool bidirectional, int buckets, int maxDistance)
    {
        int offset = 0;
        int distance;
        if (bidirectional)
        {
            buckets /= 2;
            offset = relativePosition > 0 ? buckets : 0;
            distance = Math.Abs(relativePosition);
        }
        else
        {
            distance = Math.Max(-relativePosition, 0);
        }

        int exact = buckets / 2;
        if (distance < exact)
        {
            return offset + distance;
        }

        float position = MathF.Log((float)distance / exact) / (float)Math.Log((double)maxDistance / exact) * (buckets - exact);
        return offset + Math.Min(exact + (int)position, buckets - 1);
    }

    /// <summary>The bias of every head for queries first … first + queries − 1 and keys 0 … keys − 1.</summary>
    /// <param name="table">The learned numbers. // [buckets, heads]</param>
    /// <param name="config">Buckets and maximum distance.</param>
    /// <param name="bidirectional">True in the encoder.</param>
    /// <param name="first">The position of the first query.</param>
    /// <param name="queries">The number of queries.</param>
    /// <param name="keys">The number of keys.</param>
    /// <returns>The bias. // [1, heads, queries, keys]</returns>
    public static Tensor Bias(Tensor table, T5Config config, bool bidirectional, int first, int queries, int keys)
    {
        // The bucket depends on the distance alone: look it up once per distance, then spread.
        using Tensor perDistance = ByDistance(table, config, bidirectional, first, queries, keys);

        // Row q of the result is the window of `keys` distances that begins at queries - 1 - q.
        using Tensor windows = perDistance.unfold(1, keys, 1); // [heads, queries, keys], the last query first
        return windows.flip(1).unsqueeze(0);
    }

    /// <summary>The bias of every head by distance, from that of the last query to the first key up to that of the first query to the last key.</summary>
    /// <returns>Contiguous. // [heads, queries + keys - 1]</returns>
    public static Tensor ByDistance(Tensor table, T5Config config, bool bidirectional, int first, int queries, int keys)
    {
        long[] byDistance = new long[queries + keys - 1];
        for (int i = 0; i < byDistance.Length; i++)
        {
            int relative = i - (queries - 1) - first;
            byDistance[i] = Bucket(relative, bidirectional, config.RelativeBuckets, config.RelativeMaxDistance);
        }

        using Tensor ids = tensor(byDistance, device: table.device);
        return table.index_select(0, ids).t().contiguous();
    }
}
