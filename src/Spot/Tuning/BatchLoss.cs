using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>Cross-entropy + z · (log Z)² over target tokens, summed or divided by the batch's tokens.</summary>
internal static class BatchLoss
{
    /// <summary>Decodes a pass of a batch and sends the gradient of its loss backward.</summary>
    /// <param name="model">The model.</param>
    /// <param name="encoded">The encoder's states.</param>
    /// <param name="targets">Target ids.</param>
    /// <param name="tokens">The target tokens of the whole batch.</param>
    /// <param name="options">z and the reduction.</param>
    /// <param name="dropout">Masks, or null.</param>
    /// <returns>The pass's summed cross-entropy, without z-loss.</returns>
    public static double Backward(FrozenT5 model, EncodedBatch encoded, int[][] targets, int tokens, TuningOptions options, DropoutMasks? dropout)
    {
        TargetScores scores = model.Score(encoded, targets, dropout);
        Tensor crossEntropy = scores.NegativeLogLikelihood.sum();
        using Scalar z = options.ZLoss;
        using Scalar share = options.LossReduction == LossReduction.Mean ? 1.0 / tokens : 1.0;
        Tensor total = options.ZLoss > 0 ? crossEntropy + ((scores.LogZ * scores.LogZ).sum() * z) : crossEntropy;
        (total * share).backward();
        return crossEntropy.item<float>();
    }
}
