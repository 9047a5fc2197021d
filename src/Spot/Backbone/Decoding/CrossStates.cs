using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Keys and values of the encoder states of rows that came together, without padding; freed when the last of these rows has gone.</summary>
internal sealed unsafe class CrossStates
{
    private readonly Tensor[] _keys, _values; // per block [Σ length, heads * kv]
    private int _rows;

    /// <param name="decoder">The decoder.</param>
    /// <param name="states">// [n, length, d]</param>
    /// <param name="lengths">The real positions of each row.</param>
    public CrossStates(DecoderStack decoder, Tensor states, ReadOnlySpan<int> lengths)
    {
        Tensor packed = Packed(states, lengths); // [Σ length, d]
        _keys = [.. decoder.Cross.Select(block => block.Keys(packed).contiguous().DetachFromDisposeScope())];
        _values = [.. decoder.Cross.Select(block => block.Values(packed).contiguous().DetachFromDisposeScope())];
    }

    public void Take() => _rows++;

    public void Leave()
    {
        if (--_rows == 0)
        {
            Dispose();
        }
    }

    public byte* Keys(int block) => (byte*)TensorLanes.Start(_keys[block]);

    public byte* Values(int block) => (byte*)TensorLanes.Start(_values[block]);

    private void Dispose()
    {
        foreach (Tensor tensor in _keys.Concat(_values))
        {
            tensor.Dispose();
        }
    }

    private static Tensor Packed(Tensor states, ReadOnlySpan<int> lengths)
    {
        long length = states.size(1);
        List<long> places = [];
        for (int row = 0; row < lengths.Length; row++)
        {
            for (int i = 0; i < lengths[row]; i++)
            {
                places.Add((row * length) + i);
            }
        }

        Tensor flat = states.reshape(-1, states.size(2));
        return places.Count == flat.size(0) ? flat : flat.index_select(0, tensor(places.ToArray()));
    }
}
