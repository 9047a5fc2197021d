using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>
/// Loss and gradients of one pass by automatic differentiation, for every device and width and for whatever requires a gradient: a prompt
/// or any of the model's weights.
/// </summary>
/// <param name="model">The model; those of its weights that are to be trained require a gradient.</param>
/// <param name="zLoss">The weight of (log Z)² in the loss.</param>
/// <param name="checkpointing">Whether to compute the encoder's blocks twice instead of keeping what is in them.</param>
internal sealed class AutogradPass(FrozenT5 model, double zLoss, bool checkpointing)
{
    /// <summary>Forward and backward: adds the gradients of the pass's loss to the <c>grad</c> of all leaves. Call in a dispose scope.</summary>
    /// <param name="prompt">As for <see cref="FrozenT5.Embeddings"/>: a leaf, or null for none.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="targets">Target ids with end of sequence.</param>
    /// <param name="lossScale">What the summed loss is multiplied by before it is differentiated, for example 1 / target tokens of the batch.</param>
    /// <param name="dropout">Masks, null for none.</param>
    /// <param name="losses">As for <see cref="TargetLoss.Backward"/>.</param>
    /// <returns>The summed cross-entropy, without z-loss and lossScale.</returns>
    public double ForwardBackward(Tensor? prompt, TokenBatch inputs, IReadOnlyList<int[]> targets, double lossScale, DropoutMasks? dropout, double[]? losses = null)
    {
        if (!checkpointing)
        {
            return TargetLoss.Backward(model, model.Encode(prompt, inputs, dropout), targets, zLoss, lossScale, dropout, losses);
        }

        BlockwiseEncoder encoder = new(model);
        EncodedBatch encoded = encoder.Forward(prompt, inputs, dropout);
        double loss = TargetLoss.Backward(model, encoded, targets, zLoss, lossScale, dropout, losses);
        encoder.Backward(encoded.States.grad!);
        return loss;
    }
}
