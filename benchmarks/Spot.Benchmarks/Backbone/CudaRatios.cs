using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>Tuning, encoding and decoding on a CUDA device, each against the device's own limits in the same run.</summary>
internal static class CudaRatios
{
    private const int Rows = 32, Tokens = 64, Rounds = 5;

    /// <summary>Nothing where there is no CUDA device.</summary>
    public static IEnumerable<RatioLine> Measure(string name)
    {
        TorchRuntime.EnsureLoaded();
        return cuda.is_available() ? Lines(name) : [];
    }

    private static IEnumerable<RatioLine> Lines(string name)
    {
        foreach (ScalarType type in new[] { ScalarType.BFloat16, ScalarType.Float32 })
        {
            using GemmPeak peak = new(type, WorkClock.Cuda, CUDA);
            yield return new RatioLine($"{name}.gemm.{Short(type)}", [peak.Measure() / 1e12], "TFLOP/s", "F0");
        }

        yield return new RatioLine(name + ".read", [ReadPeak() / 1e9], "GB/s", "F0");
        foreach ((string size, T5Config config) in new[] { ("t5-small", RandomT5.Small), ("t5-base", RandomT5.Base), ("t5-large", RandomT5.Large) })
        {
            foreach (ScalarType type in new[] { ScalarType.BFloat16, ScalarType.Float32 })
            {
                string line = $"{size}.{Short(type)}";
                yield return StepRatios.Measure($"{name}.step.{line}", config, Rows, type, dropout: true, Rounds, WorkClock.Cuda, CUDA);
                yield return EncodeRatios.Measure($"{name}.encode.{line}", config, Rows, type, Rounds, WorkClock.Cuda, CUDA);
                using FrozenT5 model = RandomT5.Create(config, type, CUDA);
                foreach (int rows in new[] { 1, 8, 32, 256 })
                {
                    yield return Decode($"{name}.decode.{line}.b{rows}", model, rows);
                }
            }
        }
    }

    private static string Short(ScalarType type) => type == ScalarType.BFloat16 ? "bf16" : "fp32";

    private static RatioLine Decode(string name, FrozenT5 model, int rows)
    {
        DecodeRatios.Decode(model, rows, tokens: 8, WorkClock.Cuda);
        double[] seconds = [.. Enumerable.Range(0, Rounds).Select(_ => DecodeRatios.Decode(model, rows, Tokens, WorkClock.Cuda))];
        return new RatioLine(name, [.. seconds.Select(time => rows * Tokens / time)], "tokens/s", "F0");
    }

    private static double ReadPeak()
    {
        using Tensor numbers = randn(1 << 30, device: CUDA);
        double best = double.MaxValue;
        for (int i = 0; i < 6; i++)
        {
            double start = WorkClock.Cuda();
            numbers.sum().Dispose();
            best = Math.Min(best, WorkClock.Cuda() - start);
        }

        return 4.0 * (1 << 30) / best;
    }
}
