using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// The encoder by automatic differentiation with checkpointing: the forward pass makes no graph and keeps only every block's input, the backward
/// pass computes the blocks again one after the other, each with a graph that is freed before the next. Whatever requires a gradient gets it:
/// the prompt, and any of the weights.
/// </summary>
internal sealed class BlockwiseEncoder(FrozenT5 model)
{
    private readonly Tensor[] _inputs = new Tensor[model.Config.EncoderLayers + 1]; // of every block and of the final norm
    private readonly DropoutMasks?[] _dropout = new DropoutMasks?[model.Config.EncoderLayers + 1];
    private Func<Tensor> _embeddings = null!, _makeBias = null!;
    private Tensor _bias = null!;
    private BlockMath _math = null!;

    /// <summary>Encodes without a graph. The states are a leaf that requires a gradient.</summary>
    /// <param name="prompt">As for <see cref="FrozenT5.Embeddings"/>; may require a gradient.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="dropout">Masks while tuning, else null; moved on behind the encoder.</param>
    public EncodedBatch Forward(Tensor? prompt, TokenBatch inputs, DropoutMasks? dropout)
    {
        int length = (int)(prompt?.size(-2) ?? 0) + inputs.Width;
        Tensor? mask = inputs.KeyMask(length - inputs.Width);
        DropoutMasks? start = dropout?.Copy();
        _embeddings = () => Layers.Dropped(model.Embeddings(prompt, inputs), model.Config, start?.Copy());
        _makeBias = () => model.Encoder.Bias(length, mask);

        using IDisposable noGraph = no_grad();
        _bias = _makeBias(); // [batch or 1, heads, length, length]
        _math = model.Encoder.ByTensors(_bias);
        Tensor x = Layers.Dropped(model.Embeddings(prompt, inputs), model.Config, dropout);
        for (int block = 0; block < model.Config.EncoderLayers; block++)
        {
            using DisposeScope scope = NewDisposeScope();
            (_inputs[block], _dropout[block]) = (x, dropout?.Copy());
            x = model.Encoder.Blocks[block].Forward(x, _math, dropout).MoveToOuterDisposeScope();
        }

        (_inputs[^1], _dropout[^1]) = (x, dropout?.Copy());
        return new EncodedBatch(model.Encoder.Finish(x, _math, dropout).requires_grad_(), mask);
    }

    /// <summary>Adds the gradients of the prompt and the weights to their <c>grad</c>. Can be called once.</summary>
    /// <param name="gradient">The gradient of the states. // [batch, length, d]</param>
    public void Backward(Tensor gradient)
    {
        _bias.requires_grad_(model.Weights[T5Layout.Bias("encoder")].requires_grad);
        gradient = Through(_inputs[^1], x => model.Encoder.Finish(x, _math, _dropout[^1]), gradient);
        for (int block = model.Config.EncoderLayers - 1; block >= 0; block--)
        {
            (EncoderBlock current, DropoutMasks? dropout) = (model.Encoder.Blocks[block], _dropout[block]);
            Tensor next = Through(_inputs[block], x => current.Forward(x, _math, dropout), gradient);
            gradient.Dispose();
            gradient = next;
        }

        Through(_embeddings, gradient);
        if (_bias.requires_grad)
        {
            Through(_makeBias, _bias.grad!);
        }
    }

    // The gradient of a function's argument, given that of its value.
    private static Tensor Through(Tensor input, Func<Tensor, Tensor> function, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor leaf = input.detach().requires_grad_();
        function(leaf).backward([gradient]);
        return leaf.grad!.MoveToOuterDisposeScope();
    }

    // Only the leaves behind the function are of interest, if there are any.
    private static void Through(Func<Tensor> function, Tensor gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor value = function();
        if (value.requires_grad)
        {
            value.backward([gradient]);
        }
    }
}
