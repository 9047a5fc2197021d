using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Spot.Backbone;

/// <summary>The encoder: soft prompt and tokens in, one state per position out.</summary>
internal sealed class EncoderStack
{
    private readonly T5Weights _weights;
    private readonly T5Config _config;
    private readonly Attention[] _attention;

    public EncoderStack(T5Weights weights, T5Config config)
    {
        _weights = weights;
        _config = config;
        _attention = [.. Enumerable.Range(0, config.EncoderLayers)
            .Select(block => new Attention(weights, $"{T5Layout.Sublayer("encoder", block, 0)}.SelfAttention", config))];
    }

    /// <summary>Runs the encoder.</summary>
    /// <param name="embeddings">Prompt and token embeddings. // [batch, length, d]</param>
    /// <param name="mask">0 where a key is real, −∞ where it is padding; null where nothing is padded. // [batch, 1, 1, length]</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <param name="trace">Told the embeddings, every block's output and the final state; for tests.</param>
    /// <returns>The states after the final norm. // [batch, length, d]</returns>
    public Tensor Forward(Tensor embeddings, Tensor? mask, DropoutMasks? dropout, Action<Tensor>? trace = null)
    {
        Tensor bias = Bias(_weights, _config, (int)embeddings.size(1), mask);
        Tensor x = Layers.Dropped(embeddings, _config, dropout);
        for (int block = 0; block < _attention.Length; block++)
        {
            trace?.Invoke(x);
            using DisposeScope scope = NewDisposeScope();
            x = Block(x, block, bias, dropout).MoveToOuterDisposeScope();
        }

        x = Finish(x, dropout);
        trace?.Invoke(x);
        return x;
    }

    /// <summary>The final norm.</summary>
    internal Tensor Finish(Tensor x, DropoutMasks? dropout) =>
        Layers.Dropped(Layers.RmsNorm(x, _weights[T5Layout.EncoderNorm], _weights.Epsilon), _config, dropout);

    /// <summary>One block.</summary>
    /// <param name="x">// [batch, length, d]</param>
    /// <param name="block">Which, from 0.</param>
    /// <param name="bias">What <see cref="Bias"/> gave.</param>
    /// <param name="dropout">Masks while tuning, else null.</param>
    /// <returns>// [batch, length, d]</returns>
    internal Tensor Block(Tensor x, int block, Tensor bias, DropoutMasks? dropout)
    {
        using (NewDisposeScope()) // what the one layer holds is free before the other begins
        {
            Tensor normed = Norm(x, T5Layout.Sublayer("encoder", block, 0));
            x = Layers.Residual(x, _attention[block].ToSelf(normed, bias, dropout), _config, dropout).MoveToOuterDisposeScope();
        }

        using DisposeScope scope = NewDisposeScope();
        string feedForward = T5Layout.Sublayer("encoder", block, 1);
        Tensor input = Norm(x, feedForward);
        return Layers.Residual(x, Layers.FeedForward(input, _weights, feedForward, _config, dropout), _config, dropout).MoveToOuterDisposeScope();
    }

    /// <summary>What every layer adds to its scores: the relative position bias and the mask.</summary>
    /// <returns>// [batch or 1, heads, length, length]</returns>
    internal static Tensor Bias(T5Weights weights, T5Config config, int length, Tensor? mask)
    {
        Tensor bias = RelativePosition.Bias(weights[T5Layout.Bias("encoder")], config, bidirectional: true, 0, length, length);
        return mask is null ? bias : bias.Plus(mask);
    }

    private Tensor Norm(Tensor x, string prefix) => Layers.RmsNorm(x, _weights[$"{prefix}.layer_norm.weight"], _weights.Epsilon);
}
