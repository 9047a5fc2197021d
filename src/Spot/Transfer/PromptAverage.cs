using System.Globalization;

namespace Spot.Transfer;

/// <summary>The average of prompts weighted by similarity (SPoT §3.3): Σ α_r · prompt_r with α_r = similarity_r / Σ similarity.</summary>
/// <remarks>
/// The formula presumes that what was retrieved is similar. A similarity that is not above 0 gets the weight 0: by the formula alone it would turn
/// the prompt's sign around, or blow the weights up where the sum is near 0. Where no similarity is above 0 the most similar prompt stands alone,
/// as it does for k = 1. Thus weights are 0 … 1 and sum to 1, and the average lies between the prompts.
/// </remarks>
public static class PromptAverage
{
    /// <summary>The weights.</summary>
    /// <param name="similarities">At least one, in the order of the prompts.</param>
    /// <returns>As many numbers from 0 to 1, which sum to 1.</returns>
    /// <exception cref="ArgumentException">There is no similarity, or one is not finite.</exception>
    public static double[] Weights(ReadOnlySpan<double> similarities)
    {
        double sum = 0;
        int best = 0;
        for (int i = 0; i < similarities.Length; i++)
        {
            if (!double.IsFinite(similarities[i]))
            {
                throw new ArgumentException($"Similarity {i} is {similarities[i].ToString(CultureInfo.InvariantCulture)}; every one must be finite.", nameof(similarities));
            }

            sum += Math.Max(0, similarities[i]);
            best = similarities[i] > similarities[best] ? i : best;
        }

        if (similarities.IsEmpty)
        {
            throw new ArgumentException("Found no similarities, expected one for every prompt and at least one.", nameof(similarities));
        }

        double[] weights = new double[similarities.Length];
        if (!(similarities[best] > 0))
        {
            weights[best] = 1;
            return weights;
        }

        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = Math.Max(0, similarities[i]) / sum;
        }

        return weights;
    }

    /// <summary>The average.</summary>
    /// <param name="prompts">At least one, of one backbone and one shape.</param>
    /// <param name="similarities">As many similarities.</param>
    /// <returns>A prompt of the same shape, summed in double.</returns>
    /// <exception cref="ArgumentException">The numbers of prompts and similarities differ or are 0, or a similarity is not finite.</exception>
    /// <exception cref="SpotException">The prompts differ in length, width or backbone.</exception>
    public static SoftPrompt Compute(IReadOnlyList<SoftPrompt> prompts, ReadOnlySpan<double> similarities)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        double[] weights = Weights(similarities);
        if (prompts.Count != weights.Length)
        {
            throw new ArgumentException($"Found {prompts.Count} prompts and {weights.Length} similarities, expected one for each prompt.", nameof(prompts));
        }

        SoftPrompt first = prompts[0];
        double[] sum = new double[first.Values.Length];
        for (int r = 0; r < weights.Length; r++)
        {
            ThrowUnlessAlike(first, prompts[r]);
            ReadOnlySpan<float> values = prompts[r].Values.Span;
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += weights[r] * values[i];
            }
        }

        return new SoftPrompt(first.Length, first.Dim, [.. sum.Select(value => (float)value)], first.BackboneFingerprint);
    }

    private static void ThrowUnlessAlike(SoftPrompt first, SoftPrompt other)
    {
        if (other.Length != first.Length || other.Dim != first.Dim || other.BackboneFingerprint != first.BackboneFingerprint)
        {
            throw new SpotException(
                $"Prompts of {first.Length} x {first.Dim} and {other.Length} x {other.Dim}{(other.BackboneFingerprint == first.BackboneFingerprint ? "" : ", of different backbones,")} " +
                "have no average. Tune the sources of a library with one prompt length, or restrict the search to those of one length (Eligible).");
        }
    }
}
