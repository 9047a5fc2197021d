using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// One forward pass of the frozen encoder that keeps just what its own backward pass needs. No weight has a gradient, so a layer's inputs need
/// not be kept: less memory and fewer passes than automatic differentiation.
/// </summary>
/// <remarks>
/// Computes what <see cref="EncoderStack"/> computes. Where <see cref="CpuPasses.Support"/> says so.
/// With checkpointing it keeps no more than every block's input, and the backward pass computes each block again: the same numbers to the bit.
/// </remarks>
internal sealed class EncoderPass(T5Weights weights, T5Config config, bool checkpointing = false)
{
    private readonly EncoderBlockPass?[] _blocks = new EncoderBlockPass?[config.EncoderLayers];
    private readonly (Tensor Input, DropoutMasks? Dropout)[] _starts = new (Tensor, DropoutMasks?)[config.EncoderLayers];
    private Tensor? _bias, _mask, _embeddingMask, _finalMask, _last;
    private float[] _lastScales = [];

    /// <summary>Runs the encoder; call inside no_grad. Arguments as for <see cref="EncoderStack.Forward"/>.</summary>
    public Tensor Forward(Tensor embeddings, Tensor? mask, DropoutMasks? dropout)
    {
        _bias = EncoderStack.Bias(weights, config, (int)embeddings.size(1), null).contiguous(); // [1, heads, length, length]
        _mask = mask;
        _embeddingMask = dropout?.Next(1, config.Dim);
        Tensor x = _embeddingMask is null ? embeddings.contiguous() : embeddings * _embeddingMask;
        for (int block = 0; block < _blocks.Length; block++)
        {
            using DisposeScope scope = NewDisposeScope();
            EncoderBlockPass pass = new(weights, config, block);
            _starts[block] = (x, dropout?.Copy());
            x = pass.Forward(x, _bias, mask, dropout).MoveToOuterDisposeScope();
            if (!checkpointing || block == _blocks.Length - 1)
            {
                pass.Keep(); // the last block's turn comes next, so it is kept anyhow
                _blocks[block] = pass;
            }
        }

        _last = x;
        (Tensor y, _lastScales) = RowKernels.RmsNorm(x, weights[T5Layout.EncoderNorm], (float)config.NormEpsilon);
        _finalMask = dropout?.Next(1, config.Dim);
        return _finalMask is null ? y : y.mul_(_finalMask);
    }

    /// <summary>The gradient of the embeddings. Can be called once.</summary>
    /// <param name="gradient">The gradient of the states; may be overwritten. // [batch, length, d]</param>
    /// <returns>// [batch, length, d]</returns>
    public Tensor Backward(Tensor gradient)
    {
        gradient = _finalMask is null ? gradient.contiguous() : gradient.mul(_finalMask);
        Tensor total = zeros_like(gradient);
        RowKernels.AddRmsNormGradient(total, gradient, _last!, _lastScales, weights[T5Layout.EncoderNorm]);
        for (int block = _blocks.Length - 1; block >= 0; block--)
        {
            using DisposeScope scope = NewDisposeScope();
            EncoderBlockPass pass = _blocks[block] ?? Again(block);
            pass.Backward(total);
            pass.Release();
        }

        return _embeddingMask is null ? total : total.mul_(_embeddingMask);
    }

    private EncoderBlockPass Again(int block)
    {
        EncoderBlockPass pass = new(weights, config, block);
        (Tensor input, DropoutMasks? dropout) = _starts[block];
        pass.Prepare(input, _bias!, _mask, dropout);
        return pass;
    }
}
