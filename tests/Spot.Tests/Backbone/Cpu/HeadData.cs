using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>Output projections and states whose scores are hard to tell apart, or to bound.</summary>
internal sealed unsafe class HeadData
{
    private readonly Random _random;
    private readonly int _outputs, _inputs;

    private HeadData(string kind, int outputs, int inputs, int states)
    {
        (_outputs, _inputs, _random) = (outputs, inputs, new Random(11));
        States = new float[states * inputs];
        Weights = new float[outputs * inputs];
        Fill(kind);
    }

    public static IReadOnlyList<string> Kinds { get; } =
        ["random", "outliers", "ulps", "norms", "zeros", "equal", "opposed", "between", "rounding", "constant", "tiny", "overflow", "nan state", "nan weight"];

    /// <summary>// [outputs, inputs]</summary>
    public float[] Weights { get; }

    /// <summary>// [states, inputs]</summary>
    public float[] States { get; }

    public static HeadData Of(string kind, int outputs, int inputs, int states) => new(kind, outputs, inputs, states);

    /// <summary>The states as products with a head of that type read them.</summary>
    public float[] Arranged(bool half)
    {
        float[] arranged = new float[States.Length];
        fixed (float* from = States, to = arranged)
        {
            for (int at = 0; at < States.Length; at += _inputs)
            {
                if (half)
                {
                    FewRowAttention.Arrange<HalfLanes>(from + at, to + at, _inputs);
                }
                else
                {
                    FewRowAttention.Arrange<SingleLanes>(from + at, to + at, _inputs);
                }
            }
        }

        return arranged;
    }

    /// <summary>Every score, by the product that the copy must not differ from. // [states, outputs]</summary>
    public static float[] Scores(FewRowMatrix head, float[] arranged)
    {
        int states = arranged.Length / head.Inputs;
        float[] scores = new float[states * head.Outputs];
        fixed (float* x = arranged, y = scores)
        {
            FewRowProducts.Multiply(head, 0, head.Outputs, x, states, y, head.Outputs, add: false);
        }

        return scores;
    }

    /// <summary>In the caller's dispose scope.</summary>
    public Tensor Head(ScalarType type) => tensor(Weights, [_outputs, _inputs]).to(type);

    private void Fill(string kind)
    {
        for (int i = 0; i < States.Length; i++)
        {
            States[i] = kind switch
            {
                "opposed" => _random.Next(2) == 0 ? 1 : -1,
                "between" => i % _inputs == 0 ? 1 : (_random.Next(50, 60) + 0.45f) / short.MaxValue, // what is rounded off is all on one side
                "rounding" => i % _inputs == 0 ? short.MaxValue : _random.Next(30_000, 30_010),
                "constant" => 1,
                "tiny" => 1e-20f * Normal(),
                "overflow" => 1e15f * Normal(),
                "outliers" => (i % 97 == 0 ? 100 : 1) * Normal(),
                "zeros" => MathF.Abs(Normal()),
                "nan state" => i == 5 ? float.NaN : i == _inputs + 3 ? float.PositiveInfinity : Normal(),
                _ => Normal(),
            };
        }

        float[] common = [.. Enumerable.Range(0, _inputs).Select(_ => Normal())];
        int[] codes = [.. Enumerable.Range(0, _inputs).Select(_ => _random.Next(-100, 101))];
        for (int row = 0; row < _outputs; row++)
        {
            Fill(kind, row, Weights.AsSpan(row * _inputs, _inputs), common, codes);
        }
    }

    private void Fill(string kind, int row, Span<float> weights, float[] common, int[] codes)
    {
        float scale = kind switch
        {
            "norms" => MathF.Pow(10, _random.Next(-20, 18)),
            "tiny" => row % 2 == 0 ? 1e-38f : 1e-18f,
            "overflow" => row % 3 == 0 ? 1e25f : 1,
            _ => 1,
        };
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = kind switch
            {
                "ulps" => i == row % weights.Length ? MathF.BitIncrement(common[i]) : common[i],
                "equal" => common[i],
                "zeros" => row % 3 == 0 ? 0 : -MathF.Abs(Normal()), // nothing is above 0
                "constant" => 1, // the largest possible sum of codes
                "outliers" => (i == row % weights.Length ? 50 : 1) * Normal(),

                // The copy sees a quarter of a code more in odd rows, where rounding takes 0.45 of one in the state's direction; in even rows it gives as much.
                "opposed" => (i == 0 ? MostCode(States[0]) : codes[i] + (States[i] * (row % 2 == 0 ? 0.45f : i % 4 == 0 ? 0.55f : -0.45f))) / 64,

                "between" => i == 0 ? 0 : i == 1 ? HeadCodes.MostCode : 1 + ((row * i) % HeadCodes.MostCode),

                // Whole codes: all that is left is the order of the sums, in which terms of 2^22 and more are rounded.
                "rounding" => i == 0 ? HeadCodes.MostCode : (i + row) % 3 == 0 ? 100 - (row % 2) : 99,
                _ => scale * Normal(),
            };
        }

        if (kind == "nan weight" && row == 70)
        {
            weights[4] = float.NaN;
        }
    }

    private static float MostCode(float state) => state > 0 ? HeadCodes.MostCode : -HeadCodes.MostCode;

    private float Normal() => (float)(Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
}
