using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// Dropout masks of one forward pass. A mask is shared by all positions of a sequence, as in the code that the papers were made with.
/// </summary>
/// <remarks>
/// Every number is a hash of (seed, step, row of the batch, place in the network, element): no generator state, and the same masks
/// however a batch is cut into passes.
/// </remarks>
internal sealed class DropoutMasks
{
    private readonly double _rate;
    private readonly ulong[] _rows;
    private readonly ScalarType _type;
    private readonly Device _device;
    private ulong _place;

    /// <param name="rate">The share of zeros, 0 … below 1.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">The optimiser step.</param>
    /// <param name="rows">The numbers that the pass's rows have in their batch.</param>
    /// <param name="type">The type of the activations.</param>
    /// <param name="device">Where they are.</param>
    public DropoutMasks(double rate, long seed, long step, ReadOnlySpan<int> rows, ScalarType type, Device device)
    {
        _rate = rate;
        _type = type;
        _device = device;
        _rows = new ulong[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            _rows[i] = SplitMix64.For("dropout", seed, step).Next() + SplitMix64.Mix((ulong)rows[i]);
        }
    }

    private DropoutMasks(DropoutMasks other, int copies = 1)
    {
        _rate = other._rate;
        _rows = copies == 1 ? other._rows : [.. Enumerable.Repeat(other._rows, copies).SelectMany(rows => rows)];
        _type = other._type;
        _device = other._device;
        _place = other._place;
    }

    /// <summary>A second sequence that goes on from here with the same masks, for computing a part of the network again.</summary>
    public DropoutMasks Copy() => new(this);

    /// <summary>The masks of a pass that has the rows several times over, one copy after the other: the same for each copy.</summary>
    public DropoutMasks Repeat(int copies) => new(this, copies);

    /// <summary>The next mask: 0 or 1 / (1 − rate).</summary>
    /// <param name="shape">The shape behind the row, for example [1, d].</param>
    /// <returns>The mask. // [rows, shape…]</returns>
    public Tensor Next(params ReadOnlySpan<long> shape)
    {
        int size = 1;
        foreach (long dimension in shape)
        {
            size *= (int)dimension;
        }

        _place++;
        ulong threshold = (ulong)(_rate * 4294967296.0);
        float kept = (float)(1.0 / (1.0 - _rate));
        float[] values = new float[_rows.Length * size];
        for (int row = 0; row < _rows.Length; row++)
        {
            ulong key = SplitMix64.Mix(_rows[row] + _place);
            for (int i = 0; i < size; i++)
            {
                values[(row * size) + i] = (SplitMix64.Mix(key + ((ulong)i * 0x9E3779B97F4A7C15)) >> 32) < threshold ? 0f : kept;
            }
        }

        Tensor mask = tensor(values, [_rows.Length, .. shape]);
        return mask.to(_type, _device);
    }

    /// <summary>The next mask over the keys of an attention, per head; the same for a key wherever the padding ends.</summary>
    /// <param name="heads">Heads.</param>
    /// <param name="keys">Keys.</param>
    /// <returns>The mask. // [rows, heads, keys]</returns>
    public Tensor NextPerKey(long heads, long keys) => Next(keys, heads).transpose(1, 2);
}
