using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>How many prompts may share a pass over the model while they are tuned beside each other.</summary>
/// <param name="model">The model.</param>
/// <param name="options">How many examples a pass has, and whether it keeps its activations.</param>
internal sealed class SharedPasses(FrozenT5 model, TrainingOptions options)
{
    // On the CPU a pass of more rows gains nothing: its products are large already, and leave the caches.
    private const int MostRowsOnCpu = 32;

    // Of a card whose driver does not tell its memory.
    private const long LeastMemory = 8L << 30;

    private readonly int _rows = Math.Min(options.MicroBatchSize, options.BatchSize);
    private readonly long? _memory = Memory(model.Device) / 4; // the rest is for weights and what else runs

    /// <summary>The number of prompts, at least one.</summary>
    /// <param name="length">The longest prompt and input together.</param>
    public int Prompts(int length) => _memory is { } bytes
        ? Prompts(model.Config, _rows, length, options.ActivationCheckpointing, bytes)
        : Math.Max(1, MostRowsOnCpu / _rows);

    /// <summary>As many as keep their activations in so many bytes.</summary>
    internal static int Prompts(T5Config config, int rows, int length, bool checkpointing, long bytes) =>
        (int)Math.Clamp(bytes / (rows * BytesOfRow(config, length, checkpointing)), 1, int.MaxValue);

    // What automatic differentiation keeps of the encoder for one row, in float32: six vectors of the model's width, four of the heads', five of the
    // feed-forward layer's a position, and three matrices of attention a head. With checkpointing of one block, and every block's input.
    private static long BytesOfRow(T5Config config, long length, bool checkpointing)
    {
        long block = (length * ((6 * config.Dim) + (4 * config.InnerDim) + (5 * config.FeedForwardDim))) + (3 * config.Heads * length * length);
        return sizeof(float) * (checkpointing ? block + (config.EncoderLayers * length * config.Dim) : config.EncoderLayers * block);
    }

    // Null on the CPU, where memory does not decide.
    private static long? Memory(Device device) => device.type switch
    {
        DeviceType.CPU => null,
        DeviceType.CUDA => CudaDriver.Memory(device) ?? LeastMemory,
        _ => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
    };
}
