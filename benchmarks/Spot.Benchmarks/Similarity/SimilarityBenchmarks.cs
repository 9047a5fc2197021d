using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Spot.Library;
using Spot.Similarity;

namespace Spot.Benchmarks.Similarity;

/// <summary>Keys and their comparison.</summary>
[MemoryDiagnoser]
public class SimilarityBenchmarks
{
    private const int Length = 100;

    private SoftPrompt _prompt = null!;
    private double[] _key = null!;
    private double[] _other = null!;
    private sbyte[] _codes = null!;
    private short[] _weights = null!;

    /// <summary>The width of a row: T5 small, base and large.</summary>
    [Params(512, 768, 1024)]
    public int Dim { get; set; }

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
        _other = new double[Dim];
        for (int i = 0; i < Dim; i++)
        {
            _other[i] = random.NextDouble() - 0.5;
        }

        TensorPrimitives.Divide(_other, TensorPrimitives.Norm<double>(_other), _other);
        _weights = new QuantizedQuery(_other, KeyCodes.Padded(Dim)).Weights;
        _codes = new sbyte[KeyCodes.Padded(Dim)];
        _ = KeyCodes.Write(_other, _codes, 0);
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
    public double Compare() => PromptKey.Compare(_other, _key);

    /// <summary>The library's inner product of the same data, to compare with.</summary>
    [Benchmark]
    public double TensorPrimitivesDot() => TensorPrimitives.Dot<double>(_other, _key);

    /// <summary>The 8-bit copies of two keys.</summary>
    [Benchmark]
    public int CompareCopies() => IntegerDot.Sum(_codes, _weights);
}
