using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>
/// One forward pass of the frozen encoder that keeps just what its own backward pass needs. No weight has a gradient, so a layer's inputs need
/// not be kept: less memory and fewer passes than automatic differentiation.
/// </summary>
/// <remarks>
/// Where <see cref="EncoderStack.HasKernels"/>. It outlives dispose scopes; the one who makes it disposes it.
/// With checkpointing it keeps no more than every block's input, and the backward pass computes each block again: the same numbers to the bit.
/// </remarks>
internal sealed class EncoderPass(EncoderStack encoder, T5Config config, bool checkpointing = false) : IDisposable
{
    private readonly BlockTape?[] _tapes = new BlockTape?[config.EncoderLayers];
    private readonly (Tensor Input, DropoutMasks? Dropout)[] _starts = new (Tensor, DropoutMasks?)[config.EncoderLayers];
    private BlockMath _math = null!;
    private Tensor? _embeddingMask, _finalMask, _last;
    private float[] _lastScales = [];

    public void Dispose() => Array.ForEach(_tapes, tape => tape?.Dispose());

    /// <summary>Runs the encoder; call inside no_grad. Arguments as for <see cref="EncoderStack.Forward"/>.</summary>
    public Tensor Forward(Tensor embeddings, Tensor? mask, DropoutMasks? dropout)
    {
        _math = encoder.ByKernels((int)embeddings.size(1), mask);
        _embeddingMask = dropout?.Next(1, config.Dim);
        Tensor x = _embeddingMask is null ? embeddings.contiguous() : embeddings * _embeddingMask;
        for (int block = 0; block < _tapes.Length; block++)
        {
            using DisposeScope scope = NewDisposeScope();
            _starts[block] = (x, dropout?.Copy());
            _tapes[block] = !checkpointing || block == _tapes.Length - 1 ? new BlockTape() : null; // the last block's turn comes next, so it is kept anyhow
            x = encoder.Blocks[block].Forward(x, _math, dropout, _tapes[block]).MoveToOuterDisposeScope();
        }

        _last = x;
        (Tensor y, _lastScales) = _math.Norm(x, encoder.FinalNorm);
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
        RowKernels.AddRmsNormGradient(total, gradient, _last!, _lastScales, encoder.FinalNorm);
        for (int block = _tapes.Length - 1; block >= 0; block--)
        {
            using BlockTape tape = _tapes[block] ?? Again(block);
            encoder.Blocks[block].Backward(total, tape);
        }

        return _embeddingMask is null ? total : total.mul_(_embeddingMask);
    }

    private BlockTape Again(int block)
    {
        BlockTape tape = new();
        (Tensor input, DropoutMasks? dropout) = _starts[block];
        encoder.Blocks[block].Record(input, _math, dropout, tape);
        return tape;
    }
}
