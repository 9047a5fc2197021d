using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Makes the optimiser that options name.</summary>
/// <remarks>
/// Each is written twice. On arrays it computes a prompt's few thousand numbers in double, in a fixed order, so that a prompt is the same to the bit
/// wherever its gradients are. In tensors it computes a model's weights where they are, in float32: double would take twice the memory and MPS has
/// none, and the order of libtorch's sums depends on device and threads. The tests hold both to the same traces.
/// </remarks>
internal static class OptimizerFactory
{
    /// <summary>The optimiser of a parameter in an array.</summary>
    /// <param name="options">The options, already checked.</param>
    /// <param name="rows">The first dimension; 1 for a vector.</param>
    /// <param name="columns">The second dimension.</param>
    public static Optimizer Create(OptimizerOptions options, int rows, int columns) => options switch
    {
        AdafactorOptions adafactor => new Adafactor(adafactor, rows, columns),
        AdamWOptions adamW => new AdamW(adamW, rows * columns),
        MuonOptions muon => rows > 1 ? new Muon(muon, rows, columns) : new AdamW(muon.Others, columns),
        _ => throw Unknown(options),
    };

    /// <summary>The optimiser of a parameter in a tensor.</summary>
    /// <param name="options">The options, already checked.</param>
    /// <param name="rows">The first dimension; 1 for a vector.</param>
    /// <param name="columns">The second dimension.</param>
    /// <param name="device">Where the parameter is.</param>
    /// <param name="rough">What products of matrices may be computed in.</param>
    public static TensorOptimizer Create(OptimizerOptions options, int rows, int columns, Device device, ScalarType rough = ScalarType.Float32) => options switch
    {
        AdafactorOptions adafactor => new TensorAdafactor(adafactor, rows, columns, device),
        AdamWOptions adamW => new TensorAdamW(adamW, rows, columns, device),
        MuonOptions muon => rows > 1 ? new TensorMuon(muon, rows, columns, device, rough) : new TensorAdamW(muon.Others, rows, columns, device),
        _ => throw Unknown(options),
    };

    private static ArgumentException Unknown(OptimizerOptions options) =>
        new($"Optimizer is {options.GetType().Name}; expected AdafactorOptions, AdamWOptions or MuonOptions.");
}
