using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// Attention of sequences of any lengths, each to itself, that lie one after the other in a tensor. A head of a sequence is computed where it fits into the
/// cache, scores and all, so that nothing is padded and no scores go through memory. Arithmetic is float32.
/// </summary>
internal static unsafe class SequenceAttention
{
    private const int Rows = 8, Columns = 32, Lanes = TensorLanes.Count;

    /// <summary>softmax(q · kᵀ + bias) · v, in the place of q.</summary>
    /// <param name="q">Contiguous, float32 or bfloat16; overwritten where a sequence lies. // […, heads * kv]</param>
    /// <param name="k">The same shape and type.</param>
    /// <param name="v">The same shape and type.</param>
    /// <param name="sequences">The positions of each sequence.</param>
    /// <param name="bias">Added to the scores, for sequences of at least these lengths.</param>
    public static void Attend(Tensor q, Tensor k, Tensor v, IReadOnlyList<SequencePlace> sequences, DistanceBias bias)
    {
        int heads = bias.Heads, inner = (int)q.size(-1), tasks = sequences.Count * heads;
        TensorLanes allQ = new(q), allK = new(k), allV = new(v);
        int width = inner / heads, perTask = Math.Max(1, tasks / (16 * get_num_threads()));
        KernelRows.For(tasks, perTask, task =>
        {
            int head = (int)task % heads;
            Attend(allQ, allK, allV, sequences[(int)task / heads], head * width, width, inner, bias, head);
        });
    }

    private static void Attend(TensorLanes q, TensorLanes k, TensorLanes v, SequencePlace place, int column, int width, int inner, DistanceBias bias, int head)
    {
        int length = place.Length, wide = Padded(width), stride = Padded(length) + Lanes; // an odd number of vectors: a column is spread over the cache
        float[] rented = ArrayPool<float>.Shared.Rent(((width + Rows) * stride) + (length * wide) + (Rows * (width + wide)) + (2 * Lanes));
        float* sums = stackalloc float[Rows];
        fixed (float* start = rented, distances = bias.Values)
        {
            float* keys = (float*)(((nint)start + 63) & ~63);
            float* scores = keys + (width * stride), values = scores + (Rows * stride), read = values + (length * wide), queries = read + (Rows * wide);
            nint at = ((nint)place.Start * inner) + column;
            for (int position = 0; position < length; position++)
            {
                Copy(v, at + ((nint)position * inner), width, values + (position * wide));
            }

            for (int position = 0; position < length; position += Lanes)
            {
                Transpose(k, at + ((nint)position * inner), inner, Math.Min(Lanes, length - position), width, keys + position, stride, read);
            }

            float* own = distances + ((nint)head * bias.Stride) + bias.Longest - 1;
            for (int first = 0; first < length; first += Rows)
            {
                for (int row = 0; row < Rows; row++) // those beyond the end: the last again
                {
                    Copy(q, at + ((nint)Math.Min(first + row, length - 1) * inner), width, queries + (row * width));
                }

                Multiply(queries, width, width, keys, stride, scores, stride, length);
                int count = Math.Min(Rows, length - first);
                for (int row = 0; row < count; row++)
                {
                    sums[row] = Exponentials(scores + (row * stride), length, own - (first + row));
                }

                Multiply(scores, stride, length, values, wide, read, wide, width);
                for (int row = 0; row < count; row++)
                {
                    float scale = 1 / sums[row];
                    for (int i = 0; i < width; i += Lanes)
                    {
                        q.Store(at + ((nint)(first + row) * inner) + i, width - i, Vector512.Load(read + (row * wide) + i) * scale);
                    }
                }
            }
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    private static int Padded(int count) => (count + Columns - 1) / Columns * Columns;

    // e^(scores + bias − the largest), in place. Returns their sum.
    private static float Exponentials(float* scores, int count, float* bias)
    {
        Vector512<float> largest = Vector512.Create(float.NegativeInfinity), sum = Vector512<float>.Zero;
        int whole = count - (count % Lanes);
        Vector512<float> inside = Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count - whole)).AsSingle(), least = largest;
        for (int i = 0; i < whole; i += Lanes)
        {
            Vector512<float> value = Vector512.Load(scores + i) + Vector512.Load(bias + i);
            largest = Vector512.MaxNative(largest, value);
            value.Store(scores + i);
        }

        Vector512<float> last = Vector512.ConditionalSelect(inside, Vector512.Load(scores + whole) + Vector512.Load(bias + whole), least);
        Vector512<float> shift = Vector512.Create(SoftmaxKernels.Max(Vector512.MaxNative(largest, last)));
        for (int i = 0; i < whole; i += Lanes)
        {
            Vector512<float> value = Exponential.Of(Vector512.Load(scores + i) - shift);
            sum += value;
            value.Store(scores + i);
        }

        last = Exponential.Of(last - shift); // 0 beyond the end
        last.Store(scores + whole);
        return Vector512.Sum(sum + last);
    }

    // Up to 16 positions become a column of lanes each: to[i, position] = from[position, i].
    private static void Transpose(TensorLanes from, nint at, int inner, int count, int width, float* to, int stride, float* row)
    {
        for (int position = 0; position < count; position++)
        {
            Copy(from, at + ((nint)position * inner), width, row);
            for (int i = 0; i < width; i++)
            {
                to[(i * stride) + position] = row[i];
            }
        }
    }

    // May write up to a vector beyond the end, with zeros.
    private static void Copy(TensorLanes from, nint at, int count, float* to)
    {
        for (int i = 0; i < count; i += Lanes)
        {
            from.Load(at + i, count - i, 0).Store(to + i);
        }
    }

    // c = a · b: eight rows of a, 32 columns at a time, whose sums stay in registers. Columns up to the next multiple of 32 are written.
    private static void Multiply(float* a, int rowStride, int depth, float* b, int stride, float* c, int cStride, int columns)
    {
        for (int column = 0; column < columns; column += Columns)
        {
            Tile(a, rowStride, depth, b + column, stride, c + column, cStride);
        }
    }

    private static void Tile(float* a, nint rowStride, int depth, float* b, nint stride, float* c, nint columns)
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        Vector512<float> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default, t6 = default, t7 = default;
        float* a1 = a + rowStride, a2 = a1 + rowStride, a3 = a2 + rowStride, a4 = a3 + rowStride, a5 = a4 + rowStride, a6 = a5 + rowStride, a7 = a6 + rowStride;
        for (nint i = 0; i < depth; i++)
        {
            Vector512<float> x = Vector512.Load(b), y = Vector512.Load(b + Lanes);
            Add(ref s0, ref t0, a[i], x, y);
            Add(ref s1, ref t1, a1[i], x, y);
            Add(ref s2, ref t2, a2[i], x, y);
            Add(ref s3, ref t3, a3[i], x, y);
            Add(ref s4, ref t4, a4[i], x, y);
            Add(ref s5, ref t5, a5[i], x, y);
            Add(ref s6, ref t6, a6[i], x, y);
            Add(ref s7, ref t7, a7[i], x, y);
            b += stride;
        }

        Store(c, s0, t0);
        Store(c += columns, s1, t1);
        Store(c += columns, s2, t2);
        Store(c += columns, s3, t3);
        Store(c += columns, s4, t4);
        Store(c += columns, s5, t5);
        Store(c += columns, s6, t6);
        Store(c + columns, s7, t7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref Vector512<float> s, ref Vector512<float> t, float a, Vector512<float> x, Vector512<float> y)
    {
        Vector512<float> factor = Vector512.Create(a);
        s = Vector512.MultiplyAddEstimate(factor, x, s);
        t = Vector512.MultiplyAddEstimate(factor, y, t);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* to, Vector512<float> s, Vector512<float> t)
    {
        s.Store(to);
        t.Store(to + Lanes);
    }
}
