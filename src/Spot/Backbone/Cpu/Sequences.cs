using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Sequences in a tensor of positions, and what their attention to themselves adds to the scores.</summary>
/// <param name="Places">Their positions; what lies between them belongs to none.</param>
/// <param name="Bias">The relative position bias.</param>
internal sealed record Sequences(IReadOnlyList<SequencePlace> Places, DistanceBias Bias)
{
    /// <summary>Attention of every sequence to itself; queries, keys and values as the projections leave them. // […, heads * kv]</summary>
    /// <returns>What is read, in the place of the queries.</returns>
    public Tensor Attend(Tensor q, Tensor k, Tensor v)
    {
        SequenceAttention.Attend(q, k, v, Places, Bias);
        return q;
    }
}

/// <summary>Where a sequence lies.</summary>
/// <param name="Start">Its first position among all of the tensor's.</param>
/// <param name="Length">Its positions, at least 1.</param>
internal readonly record struct SequencePlace(int Start, int Length);
