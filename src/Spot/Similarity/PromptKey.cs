using System.Numerics.Tensors;

namespace Spot.Similarity;

/// <summary>
/// The vector of a prompt by which it is compared: both similarities of SPoT §3.2 are the inner product of two such keys, so a
/// prompt of L rows is compared at the cost of one.
/// </summary>
/// <remarks>
/// <para><see cref="PromptSimilarity.AverageToken"/>: the mean row, scaled to norm 1. <see cref="PromptSimilarity.PerToken"/>: the
/// mean of the rows after each was scaled to norm 1; its own norm (at most 1) is kept, because
/// (1/(L₁L₂)) Σᵢ Σⱼ cos(aᵢ, bⱼ) = (mean of a's unit rows) · (mean of b's unit rows). A zero vector has the unit vector 0: its
/// cosine with anything is 0, and it still counts among the rows.</para>
/// <para>All arithmetic is in double, so no finite float32 under- or overflows; results are the same bits on every processor.
/// Safe for concurrent calls.</para>
/// </remarks>
public static class PromptKey
{
    /// <summary>Computes the key of a prompt.</summary>
    /// <param name="prompt">The prompt, of any length.</param>
    /// <param name="similarity">The similarity that the key is for; keys of different similarities do not go together.</param>
    /// <param name="key">Where the key goes: <see cref="SoftPrompt.Dim"/> numbers, norm 1 or 0 (average token), at most 1 (per token).</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> has another size than the prompt's width.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="similarity"/> is none of the enumeration.</exception>
    public static void Write(SoftPrompt prompt, PromptSimilarity similarity, Span<double> key)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (key.Length != prompt.Dim)
        {
            throw new ArgumentException($"A key of this prompt has {prompt.Dim} numbers, but there is room for {key.Length}.", nameof(key));
        }

        switch (similarity)
        {
            case PromptSimilarity.AverageToken:
                WriteAverageToken(prompt.Values.Span, prompt.Dim, key);
                break;
            case PromptSimilarity.PerToken:
                WritePerToken(prompt.Values.Span, prompt.Dim, key);
                break;
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(similarity), similarity, "Expected AverageToken or PerToken.");
        }
    }

    /// <summary>The similarity of two prompts by their keys, in time O(d).</summary>
    /// <param name="a">The key of one prompt.</param>
    /// <param name="b">The key of the other one, for the same similarity and of the same width.</param>
    /// <returns>The inner product, cut to −1 … 1 where rounding carried it beyond.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The keys differ in width.</exception>
    public static double Compare(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Math.Clamp(Kernels.Dot(a, b), -1, 1);

    private static void WriteAverageToken(ReadOnlySpan<float> values, int dim, Span<double> key)
    {
        key.Clear();
        for (int row = 0; row < values.Length; row += dim)
        {
            Kernels.AddScaled(values.Slice(row, dim), 1, key);
        }

        // The sum points where the mean points; dividing by the number of rows would only round once more.
        double norm = Math.Sqrt(Kernels.Dot(key, key));
        if (norm > 0)
        {
            TensorPrimitives.Divide(key, norm, key);
        }
    }

    private static void WritePerToken(ReadOnlySpan<float> values, int dim, Span<double> key)
    {
        key.Clear();
        for (int row = 0; row < values.Length; row += dim)
        {
            ReadOnlySpan<float> token = values.Slice(row, dim);
            double norm = Math.Sqrt(Kernels.SumOfSquares(token));
            if (norm > 0)
            {
                Kernels.AddScaled(token, 1 / norm, key);
            }
        }

        TensorPrimitives.Divide(key, values.Length / dim, key);
    }
}
