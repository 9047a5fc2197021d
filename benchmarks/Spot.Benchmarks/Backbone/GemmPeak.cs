using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>The machine's own limit for matrix products, taken with the same library and threads.</summary>
internal sealed class GemmPeak : IDisposable
{
    private readonly Tensor _a, _b;

    private readonly Func<double> _clock;

    public GemmPeak(ScalarType type, Func<double> clock, Device? device = null)
    {
        _clock = clock;
        long size = device is null ? 2048 : 8192; // a card is not busy with less
        _a = randn(size, size, device: device).to(type);
        _b = randn(size, size, device: device).to(type);
    }

    /// <summary>Operations per second of the best of a few products.</summary>
    public double Measure()
    {
        double best = double.MaxValue;
        for (int i = 0; i < 6; i++)
        {
            double start = _clock();
            matmul(_a, _b).Dispose();
            best = Math.Min(best, _clock() - start);
        }

        double size = _a.size(0);
        return 2 * size * size * size / best;
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
    }
}
