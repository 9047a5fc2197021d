using System.Buffers;

namespace Spot.Backbone;

/// <summary>
/// Attention of one query to the encoder's states without their keys and values: q·(Wk m) = (q Wk)·m and Σ p (Wv m) = Wv Σ p m.
/// </summary>
/// <remarks>A query costs more so, and an input nothing before its first query.</remarks>
internal static unsafe class MemoryAttention
{
    /// <summary>Whether heads are wide enough for the products of few rows.</summary>
    public static bool Support(T5Config config) => config.HeadDim % FewRowProducts.Tile == 0;

    /// <summary>Computes some heads of a row.</summary>
    /// <param name="q">The query, in natural order. // [heads * kv]</param>
    /// <param name="states">// [count, d]</param>
    /// <param name="count">Positions, at least 1.</param>
    /// <param name="weights">What makes keys and values of the states, of the states' type. // [heads * kv, d] each</param>
    /// <param name="width">Of a head.</param>
    /// <param name="heads">The heads wanted.</param>
    /// <param name="into">Takes what is read, arranged for a product with weights of the same type. // [heads * kv]</param>
    public static void Attend<T>(float* q, byte* states, int count, (FewRowMatrix Keys, FewRowMatrix Values) weights, int width, Range heads, float* into)
        where T : struct, IWeightLanes
    {
        int dim = weights.Keys.Inputs, padded = TensorLanes.Padded(count) + TensorLanes.Count;
        nint step = (nint)dim * T.Size;
        float[] rented = ArrayPool<float>.Shared.Rent((2 * dim) + padded + width);
        fixed (float* query = rented)
        {
            float* read = query + dim, scores = read + dim, own = scores + padded;
            for (int first = heads.Start.Value * width; first < heads.End.Value * width; first += width)
            {
                new Span<float>(query, 2 * dim).Clear();
                FewRowAttention.Read<T>(q + first, 0, weights.Keys.Start + (first * step), step, width, 1, dim, query);
                FewRowAttention.Score<T>(query, states, step, count, 1, dim, scores, padded);
                FewRowAttention.Softmax(scores, count, null);
                FewRowAttention.Read<T>(scores, padded, states, step, count, 1, dim, read);
                FewRowProducts.Multiply(weights.Values, first, first + width, read, 1, own - first, 0, add: false);
                for (int i = 0; i < width; i++)
                {
                    into[FewRowAttention.Placed<T>(first + i, weights.Keys.Outputs)] = own[i];
                }
            }
        }

        ArrayPool<float>.Shared.Return(rented);
    }
}
