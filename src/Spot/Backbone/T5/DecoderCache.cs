using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>What decoding position by position keeps: keys and values of the encoder's states and of the positions so far.</summary>
internal sealed class DecoderCache((Tensor K, Tensor V)[] cross, Tensor? mask)
{
    private readonly (Tensor K, Tensor V)?[] _self = new (Tensor K, Tensor V)?[cross.Length];

    /// <summary>Of the encoder's states, per block. // [batch, heads, length, kv]</summary>
    public (Tensor K, Tensor V)[] Cross { get; } = cross;

    /// <summary>The encoder's padding mask. // [batch, 1, 1, length]</summary>
    public Tensor? Mask { get; } = mask;

    /// <summary>Positions so far.</summary>
    public int Length { get; set; }

    /// <summary>Appends a position's key and value in a block; they outlive the dispose scope of the step.</summary>
    /// <returns>All so far. // [batch, heads, positions, kv]</returns>
    public (Tensor K, Tensor V) Append(int block, Tensor k, Tensor v)
    {
        if (_self[block] is { } old)
        {
            k = cat([old.K, k], 2);
            v = cat([old.V, v], 2);
            old.K.Dispose();
            old.V.Dispose();
        }

        _self[block] = (k.MoveToOuterDisposeScope(), v.MoveToOuterDisposeScope());
        return (k, v);
    }
}
