using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Encoder states and the mask of their padding.</summary>
/// <param name="States">// [batch, L + T, d]</param>
/// <param name="Mask">0 or −∞ per key; null when nothing is padded. // [batch, 1, 1, L + T]</param>
internal sealed record EncodedBatch(Tensor States, Tensor? Mask)
{
    /// <summary>The real positions of each row, which stand before its padding.</summary>
    public int[] Lengths()
    {
        if (Mask is null)
        {
            return [.. Enumerable.Repeat((int)States.size(1), (int)States.size(0))];
        }

        using DisposeScope scope = NewDisposeScope();
        return [.. Mask.view(Mask.size(0), -1).isfinite().sum(-1).cpu().data<long>().ToArray().Select(length => (int)length)];
    }

    /// <summary>Copies of some rows, in the order given; a row may be taken several times.</summary>
    public EncodedBatch Rows(IEnumerable<int> rows)
    {
        Tensor places = tensor([.. rows.Select(row => (long)row)], device: States.device);
        return new EncodedBatch(States.index_select(0, places), Mask?.index_select(0, places));
    }
}
