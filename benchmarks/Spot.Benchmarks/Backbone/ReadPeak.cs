using System.Numerics.Tensors;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>The machine's own limit for reading memory that is in no cache, with libtorch's number of threads.</summary>
internal sealed class ReadPeak(Func<double> clock) : IDisposable
{
    private const int Pieces = 256, PerPiece = 256 * 1024; // 256 MB
    private readonly float[][] _memory = [.. Enumerable.Range(0, Pieces).Select(i => Enumerable.Repeat((float)i, PerPiece).ToArray())];

    /// <summary>Bytes per second of the best of a few readings.</summary>
    public double Measure()
    {
        double best = double.MaxValue;
        ParallelOptions options = new() { MaxDegreeOfParallelism = get_num_threads() };
        for (int i = 0; i < 6; i++)
        {
            double start = clock();
            Parallel.For(0, Pieces, options, piece => TensorPrimitives.Sum(_memory[piece]));
            best = Math.Min(best, clock() - start);
        }

        return (double)Pieces * PerPiece * sizeof(float) / best;
    }

    public void Dispose() => Array.Clear(_memory);
}
