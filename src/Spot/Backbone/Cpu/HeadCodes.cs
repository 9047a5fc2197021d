using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Spot.Backbone;

/// <summary>
/// A copy of the output projection in 8 bits with a bound of its errors, which tells what scores can be at most and are at least: a quarter of the memory
/// to read, or half of a bfloat16 head's.
/// </summary>
/// <remarks>
/// With ŵ the copy of a row w and x̂ that of a state x, |w·x − ŵ·x̂| ≤ |w − ŵ| |x| + |ŵ| |x − x̂| (Cauchy–Schwarz). The norms are computed in double
/// and rounded up, and what float32 sums can be wrong by is added to them, so that the bounds hold for the scores as <see cref="FewRowProducts"/> computes
/// them, for every input. A row takes its width in bytes and 12 more. Immutable; safe for concurrent calls.
/// </remarks>
internal sealed unsafe class HeadCodes
{
    /// <summary>Rows of a block. What is left behind whole blocks has no copy.</summary>
    public const int Block = 64;

    /// <summary>The largest code.</summary>
    public const int MostCode = 127;

    /// <summary>More than the relative error of a norm summed in double, of rounding it to float, and of the products of a bound.</summary>
    public const double Up = 1 + 1e-6;

    private const int Lanes = 16, Groups = Block / Lanes, Pair = 2 * Block;
    private const int Ahead = 4096; // bytes; far enough for memory, near enough for the cache
    private const float LeastScale = 1e-30f;
    private const float Underflow = 1e-35f; // more than what products below the least normal number lose
    private readonly sbyte[] _codes; // [blocks, inputs / 2, rows of a block, 2], pinned
    private readonly float[] _scales, _residuals, _norms; // [blocks * rows of a block]
    private readonly int _start; // from where the codes lie on whole cache lines

    /// <summary>Copies a head.</summary>
    /// <param name="head">The weights; an even number of inputs.</param>
    public HeadCodes(FewRowMatrix head)
    {
        Inputs = head.Inputs;
        Blocks = head.Outputs / Block;
        int rows = Blocks * Block;
        _codes = GC.AllocateUninitializedArray<sbyte>((rows * Inputs) + Block, pinned: true);
        (_scales, _residuals, _norms) = (new float[rows], new float[rows], new float[rows]);
        fixed (sbyte* codes = _codes)
        {
            _start = (int)(-(nint)codes & (Block - 1));
        }

        double[] largest = new double[Blocks];
        KernelRows.For(Blocks, 1, block => largest[block] = head.IsHalf ? Write<HalfLanes>(head, (int)block) : Write<SingleLanes>(head, (int)block));
        LargestNorm = Blocks == 0 ? 0 : TensorPrimitives.Max<double>(largest); // with NaN if there is one
    }

    /// <summary>Whether the processor has what makes the copy faster than the head.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    public int Inputs { get; }

    public int Blocks { get; }

    /// <summary>At least every row's norm; NaN if a weight is.</summary>
    public double LargestNorm { get; }

    /// <summary>Bounds of the scores of a block's rows.</summary>
    /// <param name="block">The block.</param>
    /// <param name="weights">The states in 16 bits, see <see cref="HeadState"/>. // [states, inputs]</param>
    /// <param name="states">What is known of them.</param>
    /// <param name="upper">Where the upper bounds of each state go. // [states], each [rows of a block]</param>
    /// <param name="lower">Takes the largest lower bound for each state; NaN where there is one. // [states]</param>
    public void Scan(int block, short* weights, ReadOnlySpan<HeadState> states, ReadOnlySpan<nint> upper, Span<float> lower)
    {
        int* sums = stackalloc int[4 * Block];
        fixed (sbyte* all = _codes)
        {
            sbyte* codes = all + _start + ((nint)block * Block * Inputs);
            int state = 0;
            for (; state + 4 <= states.Length; state += 4)
            {
                FourStates(codes, state == 0 ? Ahead : 0, weights + ((nint)state * Inputs), Inputs, sums);
                for (int i = 0; i < 4; i++)
                {
                    lower[state + i] = Bound(block, sums + (i * Block), states[state + i], (float*)upper[state + i]);
                }
            }

            for (; state < states.Length; state++)
            {
                OneState(codes, state == 0 ? Ahead : 0, weights + ((nint)state * Inputs), Inputs, sums);
                lower[state] = Bound(block, sums, states[state], (float*)upper[state]);
            }
        }
    }

    private float Bound(int block, int* sums, HeadState state, float* upper)
    {
        Vector512<float> most = Vector512.Create(float.NegativeInfinity);
        for (int i = 0; i < Block; i += Lanes)
        {
            int row = (block * Block) + i;
            Vector512<float> scale = Vector512.LoadUnsafe(ref _scales[row]) * state.Scale; // first, so that nothing overflows
            Vector512<float> score = Vector512.ConvertToSingle(Vector512.Load(sums + i)) * scale;
            Vector512<float> error = (Vector512.LoadUnsafe(ref _residuals[row]) * state.Norm) + (Vector512.LoadUnsafe(ref _norms[row]) * state.Error) + Vector512.Create(Underflow);
            (score + error).Store(upper + i);
            most = Vector512.Max(most, score - error);
        }

        float largest = float.NegativeInfinity;
        for (int i = 0; i < Lanes; i++)
        {
            largest = MathF.Max(largest, most[i]);
        }

        return largest;
    }

    private static void OneState(sbyte* codes, nint ahead, short* x, int inputs, int* sums)
    {
        Vector512<int> s0 = default, s1 = default, s2 = default, s3 = default;
        for (int i = 0; i < inputs; i += 2, codes += Pair)
        {
            Fetch(codes + ahead);
            Vector512<short> pair = Vector512.Create(*(int*)(x + i)).AsInt16();
            s0 += Products(Wide(codes), pair);
            s1 += Products(Wide(codes + 32), pair);
            s2 += Products(Wide(codes + 64), pair);
            s3 += Products(Wide(codes + 96), pair);
        }

        Store(s0, s1, s2, s3, sums);
    }

    // 16 sums stay in registers: the letter is the state, the digit a quarter of the block.
    private static void FourStates(sbyte* codes, nint ahead, short* x, int inputs, int* sums)
    {
        Vector512<int> s0 = default, s1 = default, s2 = default, s3 = default, t0 = default, t1 = default, t2 = default, t3 = default;
        Vector512<int> u0 = default, u1 = default, u2 = default, u3 = default, v0 = default, v1 = default, v2 = default, v3 = default;
        short* y = x + inputs, z = y + inputs, q = z + inputs;
        for (int i = 0; i < inputs; i += 2, codes += Pair)
        {
            Fetch(codes + ahead);
            Vector512<short> w0 = Wide(codes), w1 = Wide(codes + 32), w2 = Wide(codes + 64), w3 = Wide(codes + 96);
            Vector512<short> pair = Vector512.Create(*(int*)(x + i)).AsInt16();
            s0 += Products(w0, pair);
            s1 += Products(w1, pair);
            s2 += Products(w2, pair);
            s3 += Products(w3, pair);
            pair = Vector512.Create(*(int*)(y + i)).AsInt16();
            t0 += Products(w0, pair);
            t1 += Products(w1, pair);
            t2 += Products(w2, pair);
            t3 += Products(w3, pair);
            pair = Vector512.Create(*(int*)(z + i)).AsInt16();
            u0 += Products(w0, pair);
            u1 += Products(w1, pair);
            u2 += Products(w2, pair);
            u3 += Products(w3, pair);
            pair = Vector512.Create(*(int*)(q + i)).AsInt16();
            v0 += Products(w0, pair);
            v1 += Products(w1, pair);
            v2 += Products(w2, pair);
            v3 += Products(w3, pair);
        }

        Store(s0, s1, s2, s3, sums);
        Store(t0, t1, t2, t3, sums + Block);
        Store(u0, u1, u2, u3, sums + (2 * Block));
        Store(v0, v1, v2, v3, sums + (3 * Block));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Products(Vector512<short> x, Vector512<short> y) => Avx512BW.IsSupported
        ? Avx512BW.MultiplyAddAdjacent(x, y)
        : Vector512.Create(Avx2.MultiplyAddAdjacent(x.GetLower(), y.GetLower()), Avx2.MultiplyAddAdjacent(x.GetUpper(), y.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Wide(sbyte* codes) => Avx512BW.IsSupported
        ? Avx512BW.ConvertToVector512Int16(Vector256.Load(codes))
        : Vector512.Create(Avx2.ConvertToVector256Int16(Vector128.Load(codes)), Avx2.ConvertToVector256Int16(Vector128.Load(codes + Lanes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(sbyte* from)
    {
        Sse.Prefetch0(from); // a hint: never faults
        Sse.Prefetch0(from + Block);
    }

    private static void Store(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d, int* sums)
    {
        a.Store(sums);
        b.Store(sums + Lanes);
        c.Store(sums + (2 * Lanes));
        d.Store(sums + (3 * Lanes));
    }

    // The largest norm of the block's rows; NaN if a weight is.
    private double Write<T>(FewRowMatrix head, int block)
        where T : struct, IWeightLanes
    {
        double[] values = new double[Inputs], copy = new double[Inputs], norms = new double[Block];
        for (int i = 0; i < Block; i++)
        {
            int output = (block * Block) + i;
            Read<T>(head.Start + ((nint)output * Inputs * T.Size), values);
            norms[i] = Write(values, copy, output, _codes.AsSpan(_start + (block * Block * Inputs) + (2 * i)));
        }

        return TensorPrimitives.Max<double>(norms);
    }

    // In the order of the lanes, as states are arranged.
    private static void Read<T>(byte* from, double[] to)
        where T : struct, IWeightLanes
    {
        int i = 0;
        for (; i + IWeightLanes.Group <= to.Length; i += IWeightLanes.Group)
        {
            T.Load(from + (i * T.Size), out Vector512<float> first, out Vector512<float> second);
            (Vector512<double> a, Vector512<double> b) = Vector512.Widen(first);
            (Vector512<double> c, Vector512<double> d) = Vector512.Widen(second);
            a.CopyTo(to, i);
            b.CopyTo(to, i + 8);
            c.CopyTo(to, i + 16);
            d.CopyTo(to, i + 24);
        }

        for (; i < to.Length; i++)
        {
            to[i] = T.LoadOne(from + (i * T.Size));
        }
    }

    // The pairs of a row's codes go from place to place of the block.
    private double Write(double[] values, double[] copy, int output, Span<sbyte> codes)
    {
        float step = (float)Math.Abs(TensorPrimitives.MaxMagnitude<double>(values)) / MostCode, scale = step >= LeastScale ? step : 0;
        TensorPrimitives.Multiply(values, scale > 0 ? 1.0 / scale : 0, copy);
        TensorPrimitives.Round<double>(copy, copy);
        for (int i = 0; i < copy.Length; i++)
        {
            codes[(i / 2 * Pair) + (i % 2)] = (sbyte)copy[i];
        }

        TensorPrimitives.Multiply(copy, scale, copy);
        double norm = TensorPrimitives.Norm<double>(values) * Up;
        _scales[output] = scale;
        _norms[output] = Above(TensorPrimitives.Norm<double>(copy));
        _residuals[output] = Above(TensorPrimitives.Distance<double>(values, copy) + (Rounding(values.Length) * (norm + _norms[output])));
        return norm;
    }

    /// <summary>A float that is larger than what a sum in double may be.</summary>
    public static float Above(double value) => MathF.BitIncrement((float)(value * Up));

    // More than the relative error of a sum of products in float32 in the order of FewRowProducts, and of what is made of a sum of codes.
    private static double Rounding(int inputs) => ((inputs / 8.0) + 100) / (1 << 23);
}
