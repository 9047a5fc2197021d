using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Encoder states and the mask of their padding.</summary>
/// <param name="States">// [batch, L + T, d]</param>
/// <param name="Mask">0 or −∞ per key; null when nothing is padded. // [batch, 1, 1, L + T]</param>
internal sealed record EncodedBatch(Tensor States, Tensor? Mask)
{
    /// <summary>Copies of some rows, in the order given; a row may be taken several times.</summary>
    public EncodedBatch Rows(IEnumerable<int> rows)
    {
        Tensor places = tensor([.. rows.Select(row => (long)row)], device: States.device);
        return new EncodedBatch(States.index_select(0, places), Mask?.index_select(0, places));
    }
}
