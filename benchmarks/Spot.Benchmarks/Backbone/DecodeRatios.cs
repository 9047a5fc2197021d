using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>Decoding alone as a share of what the machine allows: the longer of reading what a step needs, and of its products.</summary>
internal static class DecodeRatios
{
    private const int Length = 228, Tokens = 64;

    /// <summary>64 new tokens behind 100 + 128 positions, every batch size in turn in each round.</summary>
    public static IEnumerable<RatioLine> Measure(string name, T5Config config, int[] batches, ScalarType type, int rounds, Func<double> clock)
    {
        using FrozenT5 model = RandomT5.Create(config, type);
        using GemmPeak peak = new(type, clock);
        using ReadPeak reading = new(clock);
        Dictionary<int, List<double>> shares = batches.ToDictionary(batch => batch, _ => new List<double>());
        Dictionary<int, double> fastest = batches.ToDictionary(batch => batch, _ => 0.0);
        Array.ForEach(batches, batch => Decode(model, batch, tokens: 8, clock));
        double flops = 0, bytes = 0;
        for (int round = 0; round < rounds; round++)
        {
            foreach (int batch in batches)
            {
                double before = reading.Measure();
                double seconds = Decode(model, batch, Tokens, clock) / Tokens;
                bytes = Math.Max(before, reading.Measure());
                flops = peak.Measure();
                double bound = Math.Max(BytesPerStep(config, batch, type) / bytes, FlopsPerStep(config, batch) / flops);
                shares[batch].Add(bound / seconds);
                fastest[batch] = Math.Max(fastest[batch], batch / seconds);
            }
        }

        foreach (int batch in batches)
        {
            string limits = $"of the bound; at best {fastest[batch]:F0} tokens/s; {bytes / 1e9:F1} GB/s, {flops / 1e9:F0} GFLOP/s";
            yield return new RatioLine($"{name}.b{batch}", shares[batch], limits);
        }
    }

    /// <summary>Seconds that new tokens take behind random encoder states.</summary>
    public static double Decode(FrozenT5 model, int batch, int tokens, Func<double> clock)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        using DecodingBatch decoding = new(model);
        decoding.Add(randn(batch, Length, model.Config.Dim, device: model.Device).to(model.Type), Enumerable.Repeat(Length, batch).ToArray(), Enumerable.Repeat(tokens, batch).ToArray());
        int[] last = new int[batch];
        double start = clock();
        for (int i = 0; i < tokens; i++)
        {
            using DisposeScope step = NewDisposeScope();
            last = GreedyBatches.Best(decoding, last);
        }

        return clock() - start;
    }

    // Every weight of a step once, and every row's keys and values of the input.
    private static double BytesPerStep(T5Config config, int batch, ScalarType type) =>
        (type == ScalarType.BFloat16 ? 2.0 : 4.0) * (Weights(config) + (batch * 2.0 * config.DecoderLayers * Length * config.InnerDim));

    private static double FlopsPerStep(T5Config config, int batch) =>
        2.0 * batch * (Weights(config) + (2.0 * config.DecoderLayers * Length * config.InnerDim));

    // Of the decoder without the keys and values of the input, and the head.
    private static double Weights(T5Config config) =>
        (config.DecoderLayers * ((6.0 * config.Dim * config.InnerDim) + ((config.IsGated ? 3.0 : 2.0) * config.Dim * config.FeedForwardDim)))
        + ((double)config.VocabularySize * config.Dim);
}
