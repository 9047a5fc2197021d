using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Spot.Numerics;

namespace Spot.Benchmarks.Numerics;

/// <summary>Keys, their comparison, and the search over many of them.</summary>
[MemoryDiagnoser]
public class SimilarityBenchmarks
{
    private const int Length = 100;

    private SoftPrompt _prompt = null!;
    private double[] _key = null!;
    private double[] _keys = null!;

    /// <summary>The width of a row: T5 small, base and large.</summary>
    [Params(512, 768, 1024)]
    public int Dim { get; set; }

    /// <summary>The number of keys that are searched.</summary>
    [Params(100, 10_000)]
    public int Count { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Random random = new(7);
        float[] values = new float[Length * Dim];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(random.NextDouble() - 0.5) * 100;
        }

        _prompt = new SoftPrompt(Length, Dim, values, "benchmark");
        _key = new double[Dim];
        _keys = new double[Count * Dim];
        for (int i = 0; i < _keys.Length; i++)
        {
            _keys[i] = random.NextDouble() - 0.5;
        }

        for (int row = 0; row < Count; row++)
        {
            Span<double> key = _keys.AsSpan(row * Dim, Dim);
            TensorPrimitives.Divide(key, TensorPrimitives.Norm<double>(key), key);
        }

        PromptKey.Write(_prompt, PromptSimilarity.AverageToken, _key);
    }

    /// <summary>The key of a prompt of 100 rows.</summary>
    [Benchmark]
    public void AverageTokenKey() => PromptKey.Write(_prompt, PromptSimilarity.AverageToken, _key);

    /// <summary>The key of a prompt of 100 rows.</summary>
    [Benchmark]
    public void PerTokenKey() => PromptKey.Write(_prompt, PromptSimilarity.PerToken, _key);

    /// <summary>Two keys.</summary>
    [Benchmark]
    public double Compare() => PromptKey.Compare(_keys.AsSpan(0, Dim), _key);

    /// <summary>The library's inner product of the same data, to compare with.</summary>
    [Benchmark]
    public double TensorPrimitivesDot() => TensorPrimitives.Dot<double>(_keys.AsSpan(0, Dim), _key);

    /// <summary>The best 10 of all keys.</summary>
    [Benchmark(Baseline = true)]
    public ScoredIndex[] Search()
    {
        TopK best = new(10);
        for (int row = 0; row < Count; row++)
        {
            best.Offer(row, PromptKey.Compare(_keys.AsSpan(row * Dim, Dim), _key));
        }

        return best.ToArray();
    }

    /// <summary>The lower limit: reading all keys once.</summary>
    [Benchmark]
    public double ReadAll() => TensorPrimitives.Sum<double>(_keys);
}
