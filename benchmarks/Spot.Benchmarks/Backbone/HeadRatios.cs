using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>The best next token by the 8-bit copy of the output projection, against all scores; the answers are compared.</summary>
internal static unsafe class HeadRatios
{
    private const int Repeats = 20;

    /// <summary>Times as fast as the whole head, for one state and for eight, and the share of rows computed in full.</summary>
    /// <param name="name">Of the line.</param>
    /// <param name="model">On this thread.</param>
    /// <param name="inputs">At least eight inputs.</param>
    /// <param name="rounds">Of the measurement.</param>
    /// <param name="clock">How it is timed.</param>
    public static IReadOnlyList<RatioLine> Measure(string name, FrozenT5 model, int[][] inputs, int rounds, Func<double> clock)
    {
        List<RatioLine> lines = [];
        using IDisposable noGradient = no_grad();
        using DisposeScope scope = NewDisposeScope();
        FewRowMatrix head = new(model.Weights.DecodingHead);
        HeadPhases phases = new(head, () => model.HeadCodes);
        foreach (int rows in (int[])[1, 8])
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor states = Arranged(States(model, inputs[..rows]), head.IsHalf), scores = empty(rows, head.Outputs);
            WantedScores[] all = new WantedScores[rows], best = [.. all.Select(_ => WantedScores.Best(1))];
            List<double> speeds = [];
            double share = 0;
            for (int round = -1; round < rounds; round++)
            {
                double whole = Seconds(all);
                int[] expected = Best();
                double few = Seconds(best);
                share = scores.data<float>().Count(score => score > float.NegativeInfinity) / (double)scores.numel();
                if (!Best().SequenceEqual(expected))
                {
                    throw new InvalidOperationException("The 8-bit head found another token than the whole one.");
                }

                if (round >= 0) // the first one compiles
                {
                    speeds.Add(whole / few);
                }
            }

            lines.Add(new RatioLine($"{name}.b{rows}", speeds, $"times the whole head's speed; {share:P2} of its rows computed in full"));

            double Seconds(WantedScores[] wanted)
            {
                double start = clock();
                for (int i = 0; i < Repeats; i++)
                {
                    int[] pieces = phases.Begin((float*)TensorLanes.Start(states), wanted, (float*)TensorLanes.Start(scores));
                    KernelTeam.Run(pieces, get_num_threads(), phases.Do);
                }

                return clock() - start;
            }

            int[] Best() => [.. scores.argmax(1).data<long>().Select(id => (int)id)];
        }

        return lines;
    }

    // The decoder's states where it writes answers to some inputs, one place of each. [rows, d]
    private static Tensor States(FrozenT5 model, int[][] inputs)
    {
        EncodedBatch encoded = model.Encode(null, new TokenBatch(inputs, model.Config.PadId, CPU));
        int[][] written = model.Greedy(encoded, 8);
        Tensor states = model.Decode(encoded, written); // [rows, places, d]
        return stack([.. written.Select((ids, row) => states[row][row % ids.Length])]).to(ScalarType.Float32).contiguous();
    }

    private static Tensor Arranged(Tensor states, bool half)
    {
        Tensor arranged = empty_like(states);
        int d = (int)states.size(1);
        for (int row = 0; row < states.size(0); row++)
        {
            float* from = (float*)TensorLanes.Start(states) + (row * d), to = (float*)TensorLanes.Start(arranged) + (row * d);
            if (half)
            {
                FewRowAttention.Arrange<HalfLanes>(from, to, d);
            }
            else
            {
                FewRowAttention.Arrange<SingleLanes>(from, to, d);
            }
        }

        return arranged;
    }
}
