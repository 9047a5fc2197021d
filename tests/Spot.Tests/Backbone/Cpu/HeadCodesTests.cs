using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>The bounds of the scores against the scores, on heads and states that are hard to bound.</summary>
public unsafe class HeadCodesTests
{
    public static TheoryData<string, int, int> Cases()
    {
        TheoryData<string, int, int> cases = [];
        foreach (string kind in HeadData.Kinds)
        {
            cases.Add(kind, 640, 48);
            cases.Add(kind, 320, 1024);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void No_score_is_beyond_its_bounds(string kind, int outputs, int inputs)
    {
        Assert.SkipUnless(HeadCodes.IsSupported, "The processor has no 8-bit head.");
        TorchRuntime.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        const int states = 6;
        HeadData data = HeadData.Of(kind, outputs, inputs, states);
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            FewRowMatrix head = new(data.Head(type));
            float[] x = data.Arranged(head.IsHalf), scores = HeadData.Scores(head, x);
            HeadCodes codes = new(head);
            Assert.Equal((outputs / HeadCodes.Block, kind == "nan weight"), (codes.Blocks, double.IsNaN(codes.LargestNorm)));
            (float[] upper, float[] lower) = Bounds(codes, x, states);
            for (int state = 0; state < states; state++)
            {
                for (int block = 0; block < codes.Blocks; block++)
                {
                    int start = block * HeadCodes.Block;
                    ReadOnlySpan<float> own = scores.AsSpan((state * outputs) + start, HeadCodes.Block);
                    for (int i = 0; i < own.Length; i++)
                    {
                        Assert.False(own[i] > upper[(state * outputs) + start + i], $"{kind}, {type}, state {state}, row {start + i}: {own[i]:R} > {upper[(state * outputs) + start + i]:R}");
                    }

                    float best = own.ToArray().Max(), least = lower[(block * states) + state];
                    Assert.False(best < least, $"{kind}, {type}, state {state}, block {block}: {best:R} < {least:R}");
                }
            }
        }
    }

    [Fact]
    public void Where_no_number_can_be_relied_on_no_bound_is_one()
    {
        HeadState none = new(0, float.NaN, float.NaN);
        short[] weights = new short[4];
        foreach (float[] state in (float[][])[[1, float.NaN, 0, 0], [1, float.PositiveInfinity, 0, 0], [1, -1e38f, 0, 0]])
        {
            Assert.Equal(none, HeadState.Write(state, 1, weights));
            Assert.Equal(new short[4], weights);
        }

        Assert.Equal(none, HeadState.Write([1, 2, 3, 4], double.NaN, weights));
        Assert.Equal(none, HeadState.Write([1, 2, 3, 4], 1e37, weights));
        Assert.True(HeadState.Write([0, 0, 0, 0], 1, weights).Norm < 1e-40f);
        Assert.Equal(new short[4], weights);
        HeadState state16 = HeadState.Write([1, -0.4f, 0.25f, 0], 1, weights);
        Assert.InRange(state16.Norm, Math.Sqrt(1.2225), Math.Sqrt(1.2225) * (1 + 1e-5));
        Assert.Equal([short.MaxValue, -13107, 8192, 0], weights);
    }

    private static (float[] Upper, float[] Lower) Bounds(HeadCodes codes, float[] x, int states)
    {
        int outputs = codes.Blocks * HeadCodes.Block;
        short[] weights = new short[x.Length];
        HeadState[] known = [.. Enumerable.Range(0, states).Select(i =>
            HeadState.Write(x.AsSpan(i * codes.Inputs, codes.Inputs), codes.LargestNorm, weights.AsSpan(i * codes.Inputs, codes.Inputs)))];
        float[] upper = new float[states * outputs], lower = new float[states * codes.Blocks];
        fixed (short* all = weights)
        {
            fixed (float* bounds = upper)
            {
                for (int block = 0; block < codes.Blocks; block++)
                {
                    nint first = (nint)(bounds + (block * HeadCodes.Block));
                    codes.Scan(block, all, known, [.. Enumerable.Range(0, states).Select(i => first + (i * outputs * sizeof(float)))], lower.AsSpan(block * states, states));
                }
            }
        }

        return (upper, lower);
    }
}
