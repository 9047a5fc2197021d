using BenchmarkDotNet.Attributes;
using Spot.Backbone;
using TorchSharp;

namespace Spot.Benchmarks.Backbone;

/// <summary>One step of prompt tuning: forward, backward, update. 100 prompt rows, 128 input ids, 8 target ids.</summary>
[MemoryDiagnoser]
public class StepBenchmarks
{
    private FrozenT5? _model;
    private TrainingStep? _step;

    /// <summary>Weights and activations.</summary>
    [Params("fp32", "bf16")]
    public string Precision { get; set; } = "";

    /// <summary>Whether the frozen model drops out, as the paper's recipe has it.</summary>
    [Params(false, true)]
    public bool Dropout { get; set; }

    /// <summary>Makes a t5-small with random weights.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _model = RandomT5.Create(RandomT5.Small, Precision == "bf16" ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32);
        _step = new TrainingStep(_model, batchSize: 8, Dropout);
    }

    /// <summary>Frees the weights.</summary>
    [GlobalCleanup]
    public void Cleanup() => _model!.Dispose();

    /// <summary>A step of 8 examples.</summary>
    [Benchmark]
    public void Step() => _step!.Run();
}
