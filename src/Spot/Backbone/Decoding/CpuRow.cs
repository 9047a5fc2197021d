using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>A row that is decoded by kernels: where its input's states or their keys and values are, and its own so far.</summary>
internal sealed unsafe class CpuRow : IDisposable
{
    private const int LeastCapacity = 16;
    private readonly CrossStates _cross;
    private readonly T5Config _config;
    private readonly ScalarType _type;
    private Tensor _own; // [blocks, 2, capacity, heads * kv]

    /// <param name="config">The architecture.</param>
    /// <param name="type">The type of what it keeps.</param>
    /// <param name="cross">Of the rows that it came with.</param>
    /// <param name="first">Its first position in them.</param>
    /// <param name="length">Its positions in them.</param>
    /// <param name="maxTokens">How many positions of its own it needs; 0 where that is not known.</param>
    public CpuRow(T5Config config, ScalarType type, CrossStates cross, int first, int length, int maxTokens)
    {
        _config = config;
        _type = type;
        _cross = cross;
        First = first;
        Length = length;
        cross.Take();
        _own = Make(maxTokens == 0 ? LeastCapacity : maxTokens);
    }

    /// <summary>Its first position in what it came with.</summary>
    public int First { get; }

    /// <summary>The positions of its input.</summary>
    public int Length { get; }

    /// <summary>What it has read so far: the place of the next position.</summary>
    public int Position { get; private set; }

    private int Capacity => (int)_own.size(2);

    /// <summary>Makes room for one more position.</summary>
    public void Reserve()
    {
        if (Position == Capacity)
        {
            Become(2 * Capacity);
        }
    }

    public void Advance() => Position++;

    /// <summary>Another row that goes on from here.</summary>
    public CpuRow Copy()
    {
        CpuRow copy = new(_config, _type, _cross, First, Length, Capacity) { Position = Position };
        using Tensor from = _own.narrow(2, 0, Position), to = copy._own.narrow(2, 0, Position);
        to.copy_(from).Dispose();
        return copy;
    }

    /// <summary>Its input's states where they are read without keys and values; null where these are kept. // [Length, d]</summary>
    public byte* States => _cross.States is null ? null : Behind(_cross.States, _config.Dim);

    /// <summary>Keys of its input. // [Length, heads * kv]</summary>
    public byte* CrossKeys(int block) => Behind(_cross.Keys(block), _config.InnerDim);

    /// <summary>Values of its input. // [Length, heads * kv]</summary>
    public byte* CrossValues(int block) => Behind(_cross.Values(block), _config.InnerDim);

    /// <summary>Keys of its own positions. // [Capacity, heads * kv]</summary>
    public byte* Keys(int block) => Own(2 * block);

    /// <summary>Values of its own positions. // [Capacity, heads * kv]</summary>
    public byte* Values(int block) => Own((2 * block) + 1);

    public void Dispose()
    {
        _own.Dispose();
        _cross.Leave();
    }

    private byte* Behind(byte* start, int width) => start + ((nint)First * width * _own.ElementSize);

    private byte* Own(int part) => (byte*)TensorLanes.Start(_own) + ((nint)part * Capacity * _config.InnerDim * _own.ElementSize);

    private Tensor Make(int capacity) => empty([_config.DecoderLayers, 2, capacity, _config.InnerDim], _type).DetachFromDisposeScope();

    private void Become(int capacity)
    {
        Tensor old = _own;
        _own = Make(capacity);
        using Tensor to = _own.narrow(2, 0, Position);
        to.copy_(old).Dispose();
        old.Dispose();
    }
}
