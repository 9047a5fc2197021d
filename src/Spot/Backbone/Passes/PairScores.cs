using TorchSharp;
using static TorchSharp.torch;

namespace Spot.Backbone;

/// <summary>Scores pairs of an encoded row and a target in one pass of the decoder; rows and targets may repeat.</summary>
internal static class PairScores
{
    // What one pass of the decoder may hold: encoder states of so many rows, scores of the vocabulary for so many tokens.
    private const int MaxRows = 64, MaxTokens = 512;

    /// <summary>How many pairs a pass should take, at least 1.</summary>
    /// <param name="longestTarget">The tokens of the longest target.</param>
    public static int Most(int longestTarget) => Math.Clamp(MaxTokens / longestTarget, 1, MaxRows);

    /// <summary>The log-likelihood of each pair's target.</summary>
    /// <param name="model">The model.</param>
    /// <param name="encoded">The encoded rows.</param>
    /// <param name="pairs">A row and the target's ids with end of sequence.</param>
    /// <returns>In nats, at most 0; NaN where the model computed NaN.</returns>
    public static double[] Run(FrozenT5 model, EncodedBatch encoded, IReadOnlyList<(int Row, int[] Target)> pairs)
    {
        using DisposeScope scope = NewDisposeScope();
        EncodedBatch repeated = encoded.Rows(pairs.Select(pair => pair.Row));
        TargetScores tokens = model.Score(repeated, [.. pairs.Select(pair => pair.Target)]);
        float[] losses = tokens.NegativeLogLikelihood.cpu().data<float>().ToArray(); // pairs after each other
        double[] scores = new double[pairs.Count];
        int at = 0;
        foreach ((int index, (_, int[] target)) in pairs.Index())
        {
            scores[index] = -losses.AsSpan(at, target.Length).ToArray().Sum(loss => (double)loss);
            at += target.Length;
        }

        return scores;
    }
}
