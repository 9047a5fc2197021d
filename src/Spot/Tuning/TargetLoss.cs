using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>The loss of targets: Σ cross-entropy + z · (log Z)².</summary>
internal static class TargetLoss
{
    /// <summary>Differentiates share · loss automatically down to the encoder's states, or beyond where they have a graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="encoded">The encoded inputs.</param>
    /// <param name="targets">Target ids with end of sequence.</param>
    /// <param name="zLoss">z.</param>
    /// <param name="share">For example 1 / target tokens of the batch.</param>
    /// <param name="dropout">Masks of the decoder, null for none.</param>
    /// <returns>Σ cross-entropy.</returns>
    public static double Backward(
        FrozenT5 model, EncodedBatch encoded, IReadOnlyList<int[]> targets, double zLoss, double share, DropoutMasks? dropout)
    {
        TargetScores scores = model.Score(encoded, targets, dropout);
        Tensor crossEntropy = scores.NegativeLogLikelihood.sum();
        using Scalar z = zLoss;
        using Scalar factor = share;
        Tensor total = zLoss > 0 ? crossEntropy + ((scores.LogZ * scores.LogZ).sum() * z) : crossEntropy;
        (total * factor).backward();
        return crossEntropy.item<float>();
    }
}
