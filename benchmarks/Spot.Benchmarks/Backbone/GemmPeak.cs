using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>The machine's own limit for matrix products, taken with the same library and threads.</summary>
internal sealed class GemmPeak : IDisposable
{
    private const int Size = 2048;
    private readonly Tensor _a, _b;

    private readonly Func<double> _clock;

    public GemmPeak(ScalarType type, Func<double> clock)
    {
        _clock = clock;
        _a = randn(Size, Size).to(type);
        _b = randn(Size, Size).to(type);
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

        return 2.0 * Size * Size * Size / best;
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
    }
}
