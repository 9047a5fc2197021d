using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Spot.Library;
using Spot.Tests.Library;

namespace Spot.Benchmarks.Library;

/// <summary>The best 10 of N keys of width d, with the time to read them all as the limit of the exact scan.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Disposed of when the suite cleans up.")]
public class SearchBenchmarks
{
    private const int Batch = 32;

    private double[] _keys = [];
    private double[][] _queries = [];
    private KeyMemory _memory = null!;

    /// <summary>The number of keys.</summary>
    [Params(10_000, 100_000)]
    public int Count { get; set; }

    /// <summary>The width: T5 small, base and large.</summary>
    [Params(512, 768, 1024)]
    public int Dim { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(9);
        _keys = Rows(random, Count);
        _queries = [.. Enumerable.Range(0, Batch).Select(_ => Rows(random, 1))];
        _memory = new KeyMemory(_keys, Dim);
    }

    [GlobalCleanup]
    public void Cleanup() => _memory.Dispose();

    /// <summary>Reading the keys once, with all threads.</summary>
    [Benchmark(Baseline = true)]
    public double ReadAll() => SearchRatios.Read(_keys);

    /// <summary>Comparing every key.</summary>
    [Benchmark]
    public int Exact() => KeyScan.Search(_keys, Dim, _queries[0], 10, default).Length;

    /// <summary>As the library does it: over 8-bit copies with a bound, then exactly.</summary>
    [Benchmark]
    public object Bounded() => _memory.Table.Search([_queries[0]], 10, 0, default);

    /// <summary>The same for 32 queries together; the time is that of one.</summary>
    [Benchmark(OperationsPerInvoke = Batch)]
    public object Together() => _memory.Table.Search(_queries, 10, 0, default);

    private double[] Rows(Random random, int count)
    {
        double[] rows = new double[count * Dim];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = random.NextDouble() - 0.5;
        }

        for (int row = 0; row < count; row++)
        {
            Span<double> key = rows.AsSpan(row * Dim, Dim);
            TensorPrimitives.Divide(key, TensorPrimitives.Norm<double>(key), key);
        }

        return rows;
    }
}
