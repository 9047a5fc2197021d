using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tests.Backbone;

/// <summary>The scores that are computed where only some are wanted, against all of them.</summary>
public unsafe class HeadPhasesTests
{
    public static TheoryData<string, int, int> Cases()
    {
        TheoryData<string, int, int> cases = [];
        foreach (string kind in HeadData.Kinds)
        {
            cases.Add(kind, 653, 48); // 13 outputs behind the last block
            cases.Add(kind, 1024, 512);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_wanted_is_there_and_equal_to_the_bit(string kind, int outputs, int inputs)
    {
        TorchRuntime.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        foreach (ScalarType type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            for (int rows = 1; rows <= 9; rows++)
            {
                HeadData data = HeadData.Of(kind, outputs, inputs, rows);
                FewRowMatrix head = new(data.Head(type));
                float[] x = data.Arranged(head.IsHalf), expected = HeadData.Scores(head, x);
                Lazy<HeadCodes?> codes = new(() => HeadCodes.IsSupported ? new HeadCodes(head) : null);
                HeadPhases phases = new(head, () => codes.Value);
                foreach (int count in (int[])[1, 3, 8, outputs])
                {
                    WantedScores[] wanted = [.. Enumerable.Repeat(WantedScores.Best(count), rows)];
                    Check(wanted, expected, Scores(phases, x, wanted, outputs), $"{kind}, {type}, best {count} of {rows} rows");
                }

                WantedScores[] mixed = [.. Enumerable.Range(0, rows).Select(row => Mixed(row, outputs))];
                Check(mixed, expected, Scores(phases, x, mixed, outputs), $"{kind}, {type}, a mixture of {rows} rows");
            }
        }
    }

    [Fact]
    public void Most_scores_are_left_out()
    {
        TorchRuntime.EnsureLoaded();
        using DisposeScope scope = NewDisposeScope();
        HeadData data = HeadData.Of("random", 8192, 512, 5);
        FewRowMatrix head = new(data.Head(ScalarType.Float32));
        HeadPhases phases = new(head, () => HeadCodes.IsSupported ? new HeadCodes(head) : null);
        float[] scores = Scores(phases, data.Arranged(false), [WantedScores.Best(1), WantedScores.Best(10), WantedScores.Of([3, 4000, 8191]), WantedScores.All, WantedScores.Best(1)], 8192);
        int[] computed = [.. scores.Chunk(8192).Select(row => row.Count(score => score > float.NegativeInfinity))];
        Assert.Equal((12, 8192), (computed[2], computed[3])); // tiles of four
        Assert.All((int[])[0, 1, 4], row => Assert.InRange(computed[row], 1, HeadCodes.IsSupported ? 400 : 8192));
    }

    private static WantedScores Mixed(int row, int outputs) => (row % 4) switch
    {
        0 => WantedScores.Best(1 + row),
        1 => WantedScores.All,
        2 => WantedScores.Of([outputs - 1, row, 64 * row, 64 * row]),
        _ => WantedScores.Best(1),
    };

    private static float[] Scores(HeadPhases phases, float[] x, WantedScores[] wanted, int outputs)
    {
        float[] scores = new float[wanted.Length * outputs];
        fixed (float* states = x, to = scores)
        {
            KernelTeam.Run(phases.Begin(states, wanted, to), 2, phases.Do);
        }

        return scores;
    }

    private static void Check(WantedScores[] wanted, float[] expected, float[] scores, string what)
    {
        int outputs = expected.Length / wanted.Length;
        for (int row = 0; row < wanted.Length; row++)
        {
            ReadOnlySpan<float> all = expected.AsSpan(row * outputs, outputs), found = scores.AsSpan(row * outputs, outputs);
            float least = wanted[row].Count == 0 ? float.NegativeInfinity : all.ToArray().OrderDescending().ElementAt(wanted[row].Count - 1);
            for (int i = 0; i < outputs; i++)
            {
                bool isWanted = wanted[row].Ids is { } ids ? ids.Contains(i) : !(all[i] < least);
                if (isWanted || !float.IsNegativeInfinity(found[i]))
                {
                    Assert.True(all[i].Equals(found[i]), $"{what}: row {row}, output {i} is {found[i]:R}, expected {all[i]:R}");
                }
            }
        }
    }
}
