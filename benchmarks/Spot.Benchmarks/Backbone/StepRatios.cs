using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>The training step as a share of the GEMM peak: both are measured in turn, so a slow moment hits both.</summary>
internal static class StepRatios
{
    public static RatioLine Measure(string name, T5Config config, int batchSize, ScalarType type, bool dropout, int rounds, Func<double> clock, Device? device = null)
    {
        using FrozenT5 model = RandomT5.Create(config, type, device);
        using GemmPeak peak = new(type, clock, device);
        TrainingStep step = new(model, batchSize, dropout);
        for (int compiled = 0; compiled < 32; compiled += batchSize)
        {
            step.Run();
        }

        List<double> shares = [];
        double before = peak.Measure();
        for (int round = 0; round < rounds; round++)
        {
            double start = clock();
            step.Run();
            double seconds = clock() - start;
            double after = peak.Measure();
            shares.Add(step.FlopsPerStep / seconds / ((before + after) / 2));
            before = after;
        }

        return new RatioLine(name, shares, "of GEMM peak");
    }
}
