using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>Tuning, encoding and decoding on a CUDA device, each against the device's own limits in the same run.</summary>
internal static class CudaRatios
{
    private const int Rows = 32, Prompt = 100, Input = 128, Tokens = 64, Rounds = 5;

    /// <summary>Nothing where there is no CUDA device.</summary>
    public static IEnumerable<RatioLine> Measure(string name)
    {
        TorchRuntime.EnsureLoaded();
        return cuda.is_available() ? Lines(name) : [];
    }

    private static IEnumerable<RatioLine> Lines(string name)
    {
        yield return new RatioLine(name + ".gemm.bf16", [GemmPeak(ScalarType.BFloat16) / 1e12], "TFLOP/s", "F0");
        yield return new RatioLine(name + ".gemm.fp32", [GemmPeak(ScalarType.Float32) / 1e12], "TFLOP/s", "F0");
        yield return new RatioLine(name + ".read", [ReadPeak() / 1e9], "GB/s", "F0");
        foreach ((string size, T5Config config) in new[] { ("t5-small", RandomT5.Small), ("t5-base", RandomT5.Base), ("t5-large", RandomT5.Large) })
        {
            foreach (ScalarType type in new[] { ScalarType.BFloat16, ScalarType.Float32 })
            {
                using FrozenT5 model = RandomT5.Create(config, type, CUDA);
                string line = $"{size}.{(type == ScalarType.BFloat16 ? "bf16" : "fp32")}";
                yield return Step($"{name}.step.{line}", model);
                yield return Encode($"{name}.encode.{line}", model);
                foreach (int rows in new[] { 1, 8, 32, 256 })
                {
                    yield return Decode($"{name}.decode.{line}.b{rows}", model, rows);
                }
            }
        }
    }

    private static RatioLine Step(string name, FrozenT5 model)
    {
        TrainingStep step = new(model, Rows, dropout: true);
        double peak = GemmPeak(model.Type);
        List<double> seconds = Times(() => step.Run());
        return new RatioLine(name, [.. seconds.Select(time => step.FlopsPerStep / time / peak)], $"of GEMM peak; {1000 * seconds.Min():F1} ms at best");
    }

    private static RatioLine Encode(string name, FrozenT5 model)
    {
        Random random = new(7);
        int[][] inputs = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, Input).Select(_ => random.Next(3, 32000)).ToArray())];
        using Tensor prompt = randn(Prompt, model.Config.Dim, device: CUDA);
        double flops = Rows * TrainingStep.EncoderFlops(model.Config, Prompt + Input), peak = GemmPeak(model.Type);
        List<double> seconds = Times(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            model.Encode(prompt, new TokenBatch(inputs, 0, CUDA));
        });
        return new RatioLine(name, [.. seconds.Select(time => flops / time / peak)], $"of GEMM peak; {1000 * seconds.Min():F1} ms at best");
    }

    private static RatioLine Decode(string name, FrozenT5 model, int rows)
    {
        List<double> seconds = Times(() => DecodeRatios.Decode(model, rows, Tokens, WorkClock.Wall), rounds: 3);
        return new RatioLine(name, [.. seconds.Select(time => rows * Tokens / time)], "tokens/s", "F0");
    }

    private static double GemmPeak(ScalarType type)
    {
        const int size = 8192;
        using Tensor a = randn(size, size, device: CUDA).to(type), b = randn(size, size, device: CUDA).to(type);
        return 2.0 * size * size * size / Times(() => matmul(a, b).Dispose()).Min();
    }

    private static double ReadPeak()
    {
        using Tensor a = randn(1 << 30, device: CUDA);
        return 4.0 * (1 << 30) / Times(() => a.sum().Dispose()).Min();
    }

    private static List<double> Times(Action work, int rounds = Rounds)
    {
        List<double> seconds = [];
        for (int round = -2; round < rounds; round++)
        {
            cuda.synchronize();
            double start = WorkClock.Wall();
            work();
            cuda.synchronize();
            if (round >= 0)
            {
                seconds.Add(WorkClock.Wall() - start);
            }
        }

        return seconds;
    }
}
