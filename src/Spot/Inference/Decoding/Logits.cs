using System.Numerics.Tensors;

namespace Spot.Inference;

/// <summary>Scores of the vocabulary at one place.</summary>
internal static class Logits
{
    /// <summary>log Σ exp(score).</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits, Span<float> scratch)
    {
        float most = TensorPrimitives.Max(logits);
        Span<float> weights = scratch[..logits.Length];
        TensorPrimitives.Subtract(logits, most, weights);
        TensorPrimitives.Exp(weights, weights);
        return most + Math.Log(TensorPrimitives.Sum<float>(weights));
    }

    /// <exception cref="SpotException">The scores are not numbers.</exception>
    public static void Check(ReadOnlySpan<float> logits)
    {
        if (!float.IsFinite(TensorPrimitives.Max(logits))) // of NaN and any number it is NaN
        {
            throw NotNumbers();
        }
    }

    public static SpotException NotNumbers() => new(
        "The model computed NaN or infinity for this request, expected finite scores. A prompt of a run that diverged, or of enormous numbers, does this: use another one.");

    /// <summary>The largest scores, the best first, of equal ones the first.</summary>
    /// <param name="logits">The scores; −∞ is never among them.</param>
    /// <param name="count">How many at most.</param>
    public static List<(int Id, float Score)> Top(ReadOnlySpan<float> logits, int count)
    {
        PriorityQueue<int, (float Score, int Later)> kept = new(count + 1); // the least of the kept ones in front
        for (int id = 0; id < logits.Length; id++)
        {
            float score = logits[id];
            if (score == float.NegativeInfinity)
            {
                continue;
            }

            if (kept.Count < count)
            {
                kept.Enqueue(id, (score, -id));
            }
            else if (kept.TryPeek(out _, out (float Score, int Later) least) && score > least.Score)
            {
                kept.EnqueueDequeue(id, (score, -id));
            }
        }

        List<(int Id, float Score)> best = [];
        while (kept.TryDequeue(out int id, out (float Score, int Later) priority))
        {
            best.Add((id, priority.Score));
        }

        best.Reverse();
        return best;
    }
}
