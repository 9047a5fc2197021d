namespace Spot.Inference;

/// <summary>What changes scores before a token is chosen: the choice that is allowed, penalties, the least length. In the order of Hugging Face's <c>generate</c>.</summary>
/// <param name="options">Checked options.</param>
/// <param name="startId">The decoder's start, which counts as written, as it does there.</param>
/// <param name="eosId">The end of sequence.</param>
internal sealed class ScoreRules(GenerationOptions options, int startId, int eosId)
{
    /// <summary>Whether scores stay as they are.</summary>
    public bool None => options.RepetitionPenalty == 1 && options.NoRepeatNGram == 0 && options.MinNewTokens == 0;

    /// <param name="scores">The scores of the next token.</param>
    /// <param name="written">The tokens before it.</param>
    public void Apply(Span<float> scores, IReadOnlyList<int> written)
    {
        if (None)
        {
            return;
        }

        int[] all = [startId, .. written];
        if (options.RepetitionPenalty != 1)
        {
            float penalty = (float)options.RepetitionPenalty;
            foreach (int id in all.Distinct())
            {
                scores[id] = scores[id] > 0 ? scores[id] / penalty : scores[id] * penalty;
            }
        }

        if (options.NoRepeatNGram > 0)
        {
            ForbidRepeated(scores, all, options.NoRepeatNGram);
        }

        if (written.Count < options.MinNewTokens)
        {
            scores[eosId] = float.NegativeInfinity;
        }
    }

    // The tokens that once followed the last n − 1.
    private static void ForbidRepeated(Span<float> scores, ReadOnlySpan<int> all, int n)
    {
        if (all.Length < n)
        {
            return;
        }

        ReadOnlySpan<int> last = all[^(n - 1)..];
        for (int at = 0; at + n <= all.Length; at++)
        {
            if (all.Slice(at, n - 1).SequenceEqual(last))
            {
                scores[all[at + n - 1]] = float.NegativeInfinity;
            }
        }
    }
}
