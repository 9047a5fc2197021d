using BenchmarkDotNet.Attributes;
using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Benchmarks.Backbone;

/// <summary>Greedy decoding of 16 tokens behind 100 prompt rows and 128 input ids.</summary>
public class DecodingBenchmarks
{
    private FrozenT5? _model;
    private int[][] _inputs = [];
    private Tensor? _prompt;

    /// <summary>Inputs at once.</summary>
    [Params(1, 32)]
    public int Rows { get; set; }

    /// <summary>Makes a t5-small with random weights.</summary>
    [GlobalSetup]
    public void Setup()
    {
        Random random = new(7);
        _model = RandomT5.Create(RandomT5.Small, ScalarType.Float32);
        _inputs = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, 128).Select(_ => random.Next(3, 32000)).ToArray())];
        _prompt = randn(100, _model.Config.Dim);
    }

    /// <summary>Frees the weights.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _prompt!.Dispose();
        _model!.Dispose();
    }

    /// <summary>Encodes and decodes.</summary>
    [Benchmark]
    public int Greedy()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        return _model!.Greedy(_model!.Encode(_prompt, new TokenBatch(_inputs, 0, CPU)), 16).Length;
    }
}
