using System.Buffers;
using System.Runtime.Intrinsics;

namespace Spot.Backbone;

/// <summary>Attention of one query to keys and values that lie position after position, all heads of a position beside each other.</summary>
internal static unsafe class FewRowAttention
{
    private const int Group = IWeightLanes.Group, Lanes = Group / 2;

    /// <summary>Computes some heads of a row.</summary>
    /// <param name="q">The query, in natural order. // [heads * kv]</param>
    /// <param name="keys">// [count, heads * kv]</param>
    /// <param name="values">// [count, heads * kv]</param>
    /// <param name="count">Positions, at least 1.</param>
    /// <param name="shape">Heads and their width.</param>
    /// <param name="heads">The heads wanted.</param>
    /// <param name="bias">Added to the scores, from position 0 on; null for none. // [heads, ≥ count]</param>
    /// <param name="biasStride">From head to head of the bias.</param>
    /// <param name="into">Takes what is read, arranged for a product with weights of the same type. // [heads * kv]</param>
    public static void Attend<T>(
        float* q, byte* keys, byte* values, int count, (int Heads, int Width) shape, Range heads, float* bias, int biasStride, float* into)
        where T : struct, IWeightLanes
    {
        int first = heads.Start.Value, end = heads.End.Value, width = shape.Width, padded = TensorLanes.Padded(count) + Lanes;
        int wide = (end - first) * width;
        float[] rented = ArrayPool<float>.Shared.Rent((2 * wide) + ((end - first) * padded));
        fixed (float* query = rented)
        {
            float* read = query + wide, scores = read + wide;
            for (int head = first; head < end; head++)
            {
                Arrange<T>(q + (head * width), query + ((head - first) * width), width);
            }

            nint inner = (nint)shape.Heads * width * T.Size, begin = (nint)first * width * T.Size;
            Score<T>(query, keys + begin, inner, count, end - first, width, scores, padded);
            for (int head = 0; head < end - first; head++)
            {
                Softmax(scores + (head * padded), count, bias == null ? null : bias + ((nint)(first + head) * biasStride));
            }

            new Span<float>(read, wide).Clear();
            Read<T>(scores, padded, values + begin, inner, count, end - first, width, read);
            Write<T>(read, first * width, wide, width, shape.Heads * width, into);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Copies a row from its natural order into that of the lanes.</summary>
    public static void Arrange<T>(float* from, float* to, int count)
        where T : struct, IWeightLanes
    {
        int i = 0;
        for (; i + Group <= count; i += Group)
        {
            Vector512<float> a = Vector512.Load(from + i), b = Vector512.Load(from + i + Lanes);
            T.Arrange(ref a, ref b);
            a.Store(to + i);
            b.Store(to + i + Lanes);
        }

        for (; i < count; i++)
        {
            to[i] = from[i];
        }
    }

    /// <summary>Scores of some heads: four positions at a time, all heads of them, so that memory is read in its order.</summary>
    public static void Score<T>(float* q, byte* keys, nint inner, int count, int heads, int width, float* scores, int padded)
        where T : struct, IWeightLanes
    {
        for (int key = 0; key < count; key += 4)
        {
            byte* k0 = keys + (key * inner), k1 = keys + (Math.Min(key + 1, count - 1) * inner);
            byte* k2 = keys + (Math.Min(key + 2, count - 1) * inner), k3 = keys + (Math.Min(key + 3, count - 1) * inner);
            for (int head = 0; head < heads; head++)
            {
                Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
                int i = head * width, end = i + width;
                for (; i + Group <= end; i += Group)
                {
                    Vector512<float> x0 = Vector512.Load(q + i), x1 = Vector512.Load(q + i + Lanes);
                    nint at = (nint)i * T.Size;
                    T.Load(k0 + at, out Vector512<float> a, out Vector512<float> b);
                    s0 = Vector512.MultiplyAddEstimate(b, x1, Vector512.MultiplyAddEstimate(a, x0, s0));
                    T.Load(k1 + at, out a, out b);
                    s1 = Vector512.MultiplyAddEstimate(b, x1, Vector512.MultiplyAddEstimate(a, x0, s1));
                    T.Load(k2 + at, out a, out b);
                    s2 = Vector512.MultiplyAddEstimate(b, x1, Vector512.MultiplyAddEstimate(a, x0, s2));
                    T.Load(k3 + at, out a, out b);
                    s3 = Vector512.MultiplyAddEstimate(b, x1, Vector512.MultiplyAddEstimate(a, x0, s3));
                }

                Vector128<float> sums = FewRowProducts.Sums(s0, s1, s2, s3);
                for (; i < end; i++)
                {
                    nint at = (nint)i * T.Size;
                    sums += q[i] * Vector128.Create(T.LoadOne(k0 + at), T.LoadOne(k1 + at), T.LoadOne(k2 + at), T.LoadOne(k3 + at));
                }

                sums.Store(scores + (head * padded) + key);
            }
        }
    }

    /// <summary>Their softmax, with zeros behind the last.</summary>
    public static void Softmax(float* scores, int count, float* bias)
    {
        Vector512<float> least = Vector512.Create(float.NegativeInfinity), largest = least;
        for (int i = 0; i < count; i += Lanes)
        {
            Vector512<float> value = Vector512.Load(scores + i);
            value = bias == null ? value : value + Vector512.Load(bias + i);
            value = Vector512.ConditionalSelect(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count - i)).AsSingle(), value, least);
            largest = Vector512.Max(largest, value); // with NaN if there is one
            value.Store(scores + i);
        }

        float most = float.NegativeInfinity;
        for (int i = 0; i < Lanes; i++)
        {
            most = MathF.Max(most, largest[i]);
        }

        Vector512<float> shift = Vector512.Create(most), sum = Vector512<float>.Zero;
        for (int i = 0; i < count; i += Lanes)
        {
            Vector512<float> value = Exponential.Of(Vector512.Load(scores + i) - shift);
            sum += value;
            value.Store(scores + i);
        }

        Vector512<float> scale = Vector512.Create(float.IsNaN(most) ? float.NaN : 1f / Vector512.Sum(sum));
        for (int i = 0; i < count; i += Lanes)
        {
            (Vector512.Load(scores + i) * scale).Store(scores + i);
        }
    }

    /// <summary>Adds the weighted values of some heads, in the order of the lanes.</summary>
    public static void Read<T>(float* weights, int padded, byte* values, nint inner, int count, int heads, int width, float* read)
        where T : struct, IWeightLanes
    {
        for (int key = 0; key < count; key += 4)
        {
            byte* v0 = values + (key * inner), v1 = values + (Math.Min(key + 1, count - 1) * inner);
            byte* v2 = values + (Math.Min(key + 2, count - 1) * inner), v3 = values + (Math.Min(key + 3, count - 1) * inner);
            for (int head = 0; head < heads; head++)
            {
                float* p = weights + (head * padded) + key; // 0 behind the last position
                Vector512<float> p0 = Vector512.Create(p[0]), p1 = Vector512.Create(p[1]), p2 = Vector512.Create(p[2]), p3 = Vector512.Create(p[3]);
                int i = head * width, end = i + width;
                for (; i + Group <= end; i += Group)
                {
                    nint at = (nint)i * T.Size;
                    T.Load(v0 + at, out Vector512<float> a0, out Vector512<float> b0);
                    T.Load(v1 + at, out Vector512<float> a1, out Vector512<float> b1);
                    T.Load(v2 + at, out Vector512<float> a2, out Vector512<float> b2);
                    T.Load(v3 + at, out Vector512<float> a3, out Vector512<float> b3);
                    Vector512<float> a = Vector512.MultiplyAddEstimate(a1, p1, Vector512.MultiplyAddEstimate(a0, p0, Vector512.Load(read + i)));
                    Vector512<float> b = Vector512.MultiplyAddEstimate(b1, p1, Vector512.MultiplyAddEstimate(b0, p0, Vector512.Load(read + i + Lanes)));
                    Vector512.MultiplyAddEstimate(a3, p3, Vector512.MultiplyAddEstimate(a2, p2, a)).Store(read + i);
                    Vector512.MultiplyAddEstimate(b3, p3, Vector512.MultiplyAddEstimate(b2, p2, b)).Store(read + i + Lanes);
                }

                for (; i < end; i++)
                {
                    nint at = (nint)i * T.Size;
                    read[i] += (p[0] * T.LoadOne(v0 + at)) + (p[1] * T.LoadOne(v1 + at)) + (p[2] * T.LoadOne(v2 + at)) + (p[3] * T.LoadOne(v3 + at));
                }
            }
        }
    }

    // From groups within heads to groups within the row: the same where heads are whole groups.
    private static void Write<T>(float* read, int start, int count, int width, int inner, float* into)
        where T : struct, IWeightLanes
    {
        if (width % Group == 0)
        {
            new Span<float>(read, count).CopyTo(new Span<float>(into + start, count));
            return;
        }

        for (int i = 0; i < count; i++)
        {
            into[Placed<T>(start + i, inner)] = read[(i / width * width) + Placed<T>(i % width, width)];
        }
    }

    /// <summary>Where a number of a row stands in the order of the lanes.</summary>
    public static int Placed<T>(int index, int count)
        where T : struct, IWeightLanes
    {
        int group = index / Group * Group;
        return group + Group <= count ? group + T.Place(index - group) : index;
    }
}
