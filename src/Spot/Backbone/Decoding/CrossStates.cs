using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>The encoder states of rows that came together, or keys and values of them, without padding; freed when the last of these rows has gone.</summary>
internal sealed unsafe class CrossStates
{
    private readonly List<(int Row, int Length)> _kept = [];
    private Tensor? _states; // [Σ length, d]
    private Tensor[] _keys = [], _values = []; // per block [Σ length, heads * kv]
    private int _rows;

    /// <summary>The states; null where keys and values are kept instead.</summary>
    public byte* States => _states is null ? null : (byte*)TensorLanes.Start(_states);

    /// <summary>Says that a row is to be kept here.</summary>
    /// <param name="row">Its place among those that come.</param>
    /// <param name="length">Its real positions.</param>
    /// <returns>Where it will begin.</returns>
    public int Reserve(int row, int length)
    {
        int first = _kept.Sum(kept => kept.Length);
        _kept.Add((row, length));
        return first;
    }

    /// <summary>Keeps the reserved rows' states as they are.</summary>
    /// <param name="states">Of all that come. // [n, length, d]</param>
    public void Keep(Tensor states)
    {
        if (_kept.Count > 0)
        {
            _states = Flat(states).index_select(0, tensor(Places(states))).DetachFromDisposeScope();
        }
    }

    /// <summary>Keeps keys and values of the reserved rows' states.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="states">Of all that come. // [n, length, d]</param>
    public void Project(DecoderStack decoder, Tensor states)
    {
        if (_kept.Count > 0)
        {
            Tensor packed = Flat(states);
            long[] places = Places(states);
            packed = places.Length == packed.size(0) ? packed : packed.index_select(0, tensor(places));
            _keys = [.. decoder.Cross.Select(block => block.Keys(packed).contiguous().DetachFromDisposeScope())];
            _values = [.. decoder.Cross.Select(block => block.Values(packed).contiguous().DetachFromDisposeScope())];
        }
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
        _states?.Dispose();
        foreach (Tensor tensor in _keys.Concat(_values))
        {
            tensor.Dispose();
        }
    }

    private static Tensor Flat(Tensor states) => states.reshape(-1, states.size(2)); // [n * length, d]

    private long[] Places(Tensor states) => [.. _kept.SelectMany(kept => Enumerable.Range(0, kept.Length).Select(i => (kept.Row * states.size(1)) + i))];
}
