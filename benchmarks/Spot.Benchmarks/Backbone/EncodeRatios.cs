using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>Encoding for answers, without gradients, as a share of the GEMM peak.</summary>
internal static class EncodeRatios
{
    private const int Prompt = 100, Input = 128;

    /// <summary>Rows of 100 prompt rows and 128 input ids.</summary>
    public static RatioLine Measure(string name, T5Config config, int rows, ScalarType type, int rounds, Func<double> clock, Device? device = null)
    {
        using FrozenT5 model = RandomT5.Create(config, type, device);
        using GemmPeak peak = new(type, clock, device);
        using Tensor prompt = randn(Prompt, config.Dim, device: device);
        Random random = new(7);
        int[][] inputs = [.. Enumerable.Range(0, rows).Select(_ => Enumerable.Range(0, Input).Select(_ => random.Next(3, 32000)).ToArray())];
        double flops = rows * TrainingStep.EncoderFlops(config, Prompt + Input);
        Encode();
        Encode();

        List<double> shares = [];
        double before = peak.Measure();
        for (int round = 0; round < rounds; round++)
        {
            double start = clock();
            Encode();
            double seconds = clock() - start;
            double after = peak.Measure();
            shares.Add(flops / seconds / ((before + after) / 2));
            before = after;
        }

        return new RatioLine(name, shares, "of GEMM peak");

        void Encode()
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable noGradient = no_grad();
            model.Encode(prompt, new TokenBatch(inputs, 0, model.Device));
        }
    }
}
