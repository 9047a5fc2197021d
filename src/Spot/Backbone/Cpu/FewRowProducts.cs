using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spot.Backbone;

/// <summary>
/// Products of a weight matrix with few rows, at the speed of reading the weights: y = x · Wᵀ in float32, each weight read from memory once.
/// </summary>
/// <remarks>A number of y is summed in the same order whatever the number of rows, so that a row does not depend on those beside it.</remarks>
internal static unsafe class FewRowProducts
{
    /// <summary>Outputs that are computed together; a matrix has at least as many.</summary>
    public const int Tile = 4;
    private const int Group = IWeightLanes.Group, Lanes = Group / 2;

    /// <summary>Computes some outputs of every row.</summary>
    /// <param name="w">The weights.</param>
    /// <param name="first">The first output, a multiple of <see cref="Tile"/>.</param>
    /// <param name="end">The output behind the last.</param>
    /// <param name="x">The rows, arranged as the weights' lanes are. // [rows, inputs]</param>
    /// <param name="rows">Their number.</param>
    /// <param name="y">Where output 0 of row 0 goes.</param>
    /// <param name="stride">From row to row of y.</param>
    /// <param name="add">Whether it is added to what is there; then <paramref name="end"/> is a multiple of <see cref="Tile"/> too.</param>
    public static void Multiply(FewRowMatrix w, int first, int end, float* x, int rows, float* y, int stride, bool add)
    {
        if (w.IsHalf)
        {
            Multiply<HalfLanes>(w, first, end, x, rows, y, stride, add);
        }
        else
        {
            Multiply<SingleLanes>(w, first, end, x, rows, y, stride, add);
        }
    }

    private static void Multiply<T>(FewRowMatrix w, int first, int end, float* x, int rows, float* y, int stride, bool add)
        where T : struct, IWeightLanes
    {
        nint inputs = w.Inputs, step = inputs * T.Size;
        for (int tile = first; tile < end; tile += Tile)
        {
            int output = Math.Min(tile, w.Outputs - Tile); // the last tile may overlap the one before it
            byte* weights = w.Start + (output * step);
            int row = 0;
            for (; row + 4 <= rows; row += 4)
            {
                FourRows<T>(weights, step, row == 0 ? Tile * step : 0, x + (row * inputs), inputs, y + ((nint)row * stride) + output, stride, add);
            }

            for (; row + 2 <= rows; row += 2)
            {
                TwoRows<T>(weights, step, x + (row * inputs), inputs, y + ((nint)row * stride) + output, stride, add);
            }

            if (row < rows)
            {
                OneRow<T>(weights, step, x + (row * inputs), inputs, y + ((nint)row * stride) + output, add);
            }

            if (inputs % Group != 0)
            {
                AddRest<T>(weights, step, x, inputs, rows, y + output, stride);
            }
        }
    }

    private static void OneRow<T>(byte* w, nint step, float* x, nint inputs, float* y, bool add)
        where T : struct, IWeightLanes
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default;
        nint i = 0;
        for (; i + Group <= inputs; i += Group)
        {
            byte* at = w + (i * T.Size);
            Fetch<T>(at + (Tile * step), step);
            Vector512<float> x0 = Vector512.Load(x + i), x1 = Vector512.Load(x + i + Lanes);
            T.Load(at, out Vector512<float> a, out Vector512<float> b);
            s0 = Fused(b, x1, Fused(a, x0, s0));
            T.Load(at + step, out a, out b);
            s1 = Fused(b, x1, Fused(a, x0, s1));
            T.Load(at + (2 * step), out a, out b);
            s2 = Fused(b, x1, Fused(a, x0, s2));
            T.Load(at + (3 * step), out a, out b);
            s3 = Fused(b, x1, Fused(a, x0, s3));
        }

        Store(Sums(s0, s1, s2, s3), y, add);
    }

    private static void TwoRows<T>(byte* w, nint step, float* x, nint inputs, float* y, int stride, bool add)
        where T : struct, IWeightLanes
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
        float* z = x + inputs;
        nint i = 0;
        for (; i + Group <= inputs; i += Group)
        {
            byte* at = w + (i * T.Size);
            Fetch<T>(at + (Tile * step), step);
            Vector512<float> x0 = Vector512.Load(x + i), x1 = Vector512.Load(x + i + Lanes);
            Vector512<float> z0 = Vector512.Load(z + i), z1 = Vector512.Load(z + i + Lanes);
            T.Load(at, out Vector512<float> a, out Vector512<float> b);
            s0 = Fused(b, x1, Fused(a, x0, s0));
            t0 = Fused(b, z1, Fused(a, z0, t0));
            T.Load(at + step, out a, out b);
            s1 = Fused(b, x1, Fused(a, x0, s1));
            t1 = Fused(b, z1, Fused(a, z0, t1));
            T.Load(at + (2 * step), out a, out b);
            s2 = Fused(b, x1, Fused(a, x0, s2));
            t2 = Fused(b, z1, Fused(a, z0, t2));
            T.Load(at + (3 * step), out a, out b);
            s3 = Fused(b, x1, Fused(a, x0, s3));
            t3 = Fused(b, z1, Fused(a, z0, t3));
        }

        Store(Sums(s0, s1, s2, s3), y, add);
        Store(Sums(t0, t1, t2, t3), y + stride, add);
    }

    // 16 sums stay in registers: the letter is the row, the digit the output. The weights that come next are fetched meanwhile.
    private static void FourRows<T>(byte* w, nint step, nint ahead, float* x, nint inputs, float* y, int stride, bool add)
        where T : struct, IWeightLanes
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
        Vector512<float> u0 = default, u1 = default, u2 = default, u3 = default, v0 = default, v1 = default, v2 = default, v3 = default;
        nint i = 0;
        for (; i + Group <= inputs; i += Group)
        {
            byte* at = w + (i * T.Size);
            float* from = x + i;
            Fetch<T>(at + ahead, step);
            T.Load(at, out Vector512<float> a0, out Vector512<float> b0);
            T.Load(at + step, out Vector512<float> a1, out Vector512<float> b1);
            T.Load(at + (2 * step), out Vector512<float> a2, out Vector512<float> b2);
            T.Load(at + (3 * step), out Vector512<float> a3, out Vector512<float> b3);
            Add(ref s0, ref s1, ref s2, ref s3, Vector512.Load(from), a0, a1, a2, a3);
            Add(ref s0, ref s1, ref s2, ref s3, Vector512.Load(from + Lanes), b0, b1, b2, b3);
            from += inputs;
            Add(ref t0, ref t1, ref t2, ref t3, Vector512.Load(from), a0, a1, a2, a3);
            Add(ref t0, ref t1, ref t2, ref t3, Vector512.Load(from + Lanes), b0, b1, b2, b3);
            from += inputs;
            Add(ref u0, ref u1, ref u2, ref u3, Vector512.Load(from), a0, a1, a2, a3);
            Add(ref u0, ref u1, ref u2, ref u3, Vector512.Load(from + Lanes), b0, b1, b2, b3);
            from += inputs;
            Add(ref v0, ref v1, ref v2, ref v3, Vector512.Load(from), a0, a1, a2, a3);
            Add(ref v0, ref v1, ref v2, ref v3, Vector512.Load(from + Lanes), b0, b1, b2, b3);
        }

        Store(Sums(s0, s1, s2, s3), y, add);
        Store(Sums(t0, t1, t2, t3), y + stride, add);
        Store(Sums(u0, u1, u2, u3), y + (2 * (nint)stride), add);
        Store(Sums(v0, v1, v2, v3), y + (3 * (nint)stride), add);
    }

    // A group of each of four outputs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<T>(byte* from, nint step)
        where T : struct, IWeightLanes
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        Sse.Prefetch0(from);
        Sse.Prefetch0(from + step);
        Sse.Prefetch0(from + (2 * step));
        Sse.Prefetch0(from + (3 * step));
        if (T.Size == sizeof(float))
        {
            from += Lanes * sizeof(float);
            Sse.Prefetch0(from);
            Sse.Prefetch0(from + step);
            Sse.Prefetch0(from + (2 * step));
            Sse.Prefetch0(from + (3 * step));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        ref Vector512<float> s0, ref Vector512<float> s1, ref Vector512<float> s2, ref Vector512<float> s3,
        Vector512<float> x, Vector512<float> w0, Vector512<float> w1, Vector512<float> w2, Vector512<float> w3)
    {
        s0 = Fused(w0, x, s0);
        s1 = Fused(w1, x, s1);
        s2 = Fused(w2, x, s2);
        s3 = Fused(w3, x, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Fused(Vector512<float> a, Vector512<float> b, Vector512<float> sum) => Vector512.MultiplyAddEstimate(a, b, sum);

    /// <summary>The sums of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector128<float> e = Quarter(a), f = Quarter(b), g = Quarter(c), h = Quarter(d);
        return Sse3.IsSupported
            ? Sse3.HorizontalAdd(Sse3.HorizontalAdd(e, f), Sse3.HorizontalAdd(g, h))
            : Vector128.Create(Vector128.Sum(e), Vector128.Sum(f), Vector128.Sum(g), Vector128.Sum(h));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Vector512<float> a)
    {
        Vector256<float> half = a.GetLower() + a.GetUpper();
        return half.GetLower() + half.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<float> sums, float* y, bool add) => (add ? sums + Vector128.Load(y) : sums).Store(y);

    // What no group takes. A call within the loops would cost them their registers.
    private static void AddRest<T>(byte* w, nint step, float* x, nint inputs, int rows, float* y, int stride)
        where T : struct, IWeightLanes
    {
        for (int row = 0; row < rows; row++)
        {
            Vector128<float> sums = Vector128.Load(y);
            for (nint i = inputs / Group * Group; i < inputs; i++)
            {
                byte* at = w + (i * T.Size);
                sums += x[i] * Vector128.Create(T.LoadOne(at), T.LoadOne(at + step), T.LoadOne(at + (2 * step)), T.LoadOne(at + (3 * step)));
            }

            sums.Store(y);
            x += inputs;
            y += stride;
        }
    }
}
