namespace Spot.Inference;

/// <summary>Draws tokens by their scores.</summary>
internal static class Sampler
{
    /// <summary>A token, which depends on the scores, the options, the seed and the place alone.</summary>
    /// <param name="scores">Scores of the vocabulary, one above −∞.</param>
    /// <param name="options">Checked options with a temperature above 0.</param>
    /// <param name="sample">Which of the request's samples.</param>
    /// <param name="position">The place in the text.</param>
    public static int Draw(ReadOnlySpan<float> scores, GenerationOptions options, int sample, int position)
    {
        List<(int Id, double Weight)> candidates = Candidates(scores, options);
        double at = SplitMix64.For($"sample {sample}", options.Seed, position).NextDouble() * candidates.Sum(candidate => candidate.Weight);
        foreach ((int id, double weight) in candidates)
        {
            at -= weight;
            if (at < 0)
            {
                return id;
            }
        }

        return candidates[^1].Id; // rounding
    }

    /// <summary>What top-k and top-p leave, each with its weight, ordered by id.</summary>
    public static List<(int Id, double Weight)> Candidates(ReadOnlySpan<float> scores, GenerationOptions options)
    {
        List<(int Id, float Score)> best = options.TopK == 0 ? Every(scores) : Logits.Top(scores, options.TopK);
        if (options.TopK == 0 && options.TopP < 1)
        {
            best.Sort((x, y) => x.Score == y.Score ? x.Id.CompareTo(y.Id) : y.Score.CompareTo(x.Score));
        }

        float most = best.Max(token => token.Score);
        List<(int Id, double Weight)> kept = [.. best.Select(token => (token.Id, Math.Exp((token.Score - most) / options.Temperature)))];
        if (options.TopP < 1)
        {
            double wanted = options.TopP * kept.Sum(token => token.Weight), sum = 0;
            int count = 0;
            while (sum < wanted && count < kept.Count)
            {
                sum += kept[count++].Weight;
            }

            kept.RemoveRange(count, kept.Count - count);
        }

        kept.Sort((x, y) => x.Id.CompareTo(y.Id));
        return kept;
    }

    private static List<(int Id, float Score)> Every(ReadOnlySpan<float> scores)
    {
        List<(int Id, float Score)> all = new(scores.Length);
        for (int id = 0; id < scores.Length; id++)
        {
            if (scores[id] > float.NegativeInfinity)
            {
                all.Add((id, scores[id]));
            }
        }

        return all;
    }
}
