using Spot.Backbone;
using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Tuning;

/// <summary>The loss of targets: Σ cross-entropy + z · (log Z)².</summary>
internal static class TargetLoss
{
    private const int MostTokens = 256; // whose scores are in memory at once

    /// <summary>Differentiates lossScale · loss automatically down to the encoder's states, or beyond where they have a graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="encoded">The encoded inputs.</param>
    /// <param name="targets">Target ids with end of sequence.</param>
    /// <param name="zLoss">z.</param>
    /// <param name="lossScale">For example 1 / target tokens of the batch.</param>
    /// <param name="dropout">Masks of the decoder, null for none.</param>
    /// <param name="losses">Takes the cross-entropy of every target token, row after row; null where only the sum is asked for.</param>
    /// <returns>Σ cross-entropy.</returns>
    public static double Backward(
        FrozenT5 model, EncodedBatch encoded, IReadOnlyList<int[]> targets, double zLoss, double lossScale, DropoutMasks? dropout, double[]? losses = null)
    {
        TargetScores scores = model.Score(encoded, targets, dropout);
        Tensor crossEntropy = scores.NegativeLogLikelihood.sum();
        using Scalar z = zLoss;
        using Scalar factor = lossScale;
        Tensor total = zLoss > 0 ? crossEntropy.Plus((scores.LogZ * scores.LogZ).sum() * z) : crossEntropy;
        (total * factor).backward();
        if (losses is not null)
        {
            scores.NegativeLogLikelihood.to(ScalarType.Float64).cpu().data<double>().CopyTo(losses);
        }

        return crossEntropy.item<float>();
    }

    /// <summary>The same with the gradient of vocabulary and loss by hand, for a frozen model on the CPU: only the decoder is differentiated automatically.</summary>
    /// <inheritdoc cref="Backward"/>
    public static double BackwardByHand(
        FrozenT5 model, EncodedBatch encoded, IReadOnlyList<int[]> targets, double zLoss, double lossScale, DropoutMasks? dropout, double[]? losses = null)
    {
        (Tensor states, long[] ids) = model.DecodeTokens(encoded, targets, dropout); // [tokens, d]
        Tensor gradient = empty_like(states);
        double loss = 0;
        using (no_grad())
        {
            for (int first = 0; first < ids.Length; first += MostTokens)
            {
                using DisposeScope scope = NewDisposeScope();
                int count = Math.Min(MostTokens, ids.Length - first);
                Tensor scores = model.LogitColumns(states.narrow(0, first, count)); // [vocabulary, count]
                loss += CrossEntropyKernel.ForwardBackward(scores, ids.AsSpan(first, count), zLoss, lossScale, losses is null ? default : losses.AsSpan(first, count));
                gradient.narrow(0, first, count).copy_(model.LogitGradient(scores));
            }
        }

        states.backward([gradient]);
        return loss;
    }
}
