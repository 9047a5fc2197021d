using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>What the backward pass of an <see cref="EncoderBlock"/> needs of its forward pass. It outlives dispose scopes.</summary>
internal sealed class BlockTape : IDisposable
{
    private readonly List<Tensor> _kept = [];

    /// <summary>Of the attention; there once the forward pass is through it.</summary>
    public AttentionTape? Attention { get; private set; }

    /// <summary>Of the feed-forward layer.</summary>
    public FeedForwardTape? FeedForward { get; private set; }

    public void Keep(AttentionTape attention)
    {
        Attention = attention;
        Keep(attention.Q, attention.K, attention.V, attention.P, attention.KeyMask, attention.UpdateMask); // the block's input belongs to the caller
    }

    public void Keep(FeedForwardTape feedForward)
    {
        FeedForward = feedForward;
        Keep(feedForward.Input, feedForward.Gate, feedForward.Up, feedForward.UpdateMask);
    }

    public void Dispose() => _kept.ForEach(tensor => tensor.Dispose());

    private void Keep(params ReadOnlySpan<Tensor?> tensors)
    {
        foreach (Tensor? tensor in tensors)
        {
            if (tensor is not null)
            {
                _kept.Add(tensor.DetachFromDisposeScope());
            }
        }
    }
}

/// <summary>Attention.</summary>
/// <param name="Input">Before the norm. // [batch, length, d]</param>
/// <param name="Scales">Of the norm.</param>
/// <param name="Q">// [batch, heads, length, kv]</param>
/// <param name="K">// [batch, heads, length, kv]</param>
/// <param name="V">Times the mask. // [batch, heads, length, kv]</param>
/// <param name="P">Weights. // [batch, heads, length, length]</param>
/// <param name="KeyMask">Dropout of keys. // [batch, heads, length, 1]</param>
/// <param name="UpdateMask">Dropout of what is added to the input. // [batch, 1, d]</param>
internal sealed record AttentionTape(Tensor Input, float[] Scales, Tensor Q, Tensor K, Tensor V, Tensor P, Tensor? KeyMask, Tensor? UpdateMask);

/// <summary>The feed-forward layer.</summary>
/// <param name="Input">Before the norm. // [batch, length, d]</param>
/// <param name="Scales">Of the norm.</param>
/// <param name="Gate">The hidden numbers' slope by the gate. // [batch, length, ff]</param>
/// <param name="Up">By what the gate is multiplied with, if it is. // [batch, length, ff]</param>
/// <param name="UpdateMask">Dropout of what is added to the input. // [batch, 1, d]</param>
internal sealed record FeedForwardTape(Tensor Input, float[] Scales, Tensor Gate, Tensor? Up, Tensor? UpdateMask);
