using System.Numerics.Tensors;

namespace Spot.Similarity;

/// <summary>
/// The vector of a task embedding by which it is compared: every similarity is the inner product of two such keys, so a prompt of L rows is compared at
/// the cost of one.
/// </summary>
/// <remarks>
/// <para><see cref="PromptSimilarity.AverageToken"/>: the mean row, scaled to norm 1. <see cref="PromptSimilarity.PerToken"/>: the
/// mean of the rows after each was scaled to norm 1; its own norm (at most 1) is kept, because
/// (1/(L₁L₂)) Σᵢ Σⱼ cos(aᵢ, bⱼ) = (mean of a's unit rows) · (mean of b's unit rows). The same of displacements, whose rows are the differences of the
/// prompt's and the start's. A zero vector has the unit vector 0: its cosine with anything is 0, and it still counts among the rows.</para>
/// <para>All arithmetic is in double, so no finite float32 under- or overflows; results are the same bits on every processor.
/// Safe for concurrent calls.</para>
/// </remarks>
public static class PromptKey
{
    /// <summary>Computes the key of a prompt as it is.</summary>
    /// <param name="prompt">The prompt, of any length.</param>
    /// <param name="similarity">The similarity that the key is for; keys of different similarities do not go together.</param>
    /// <param name="key">Where the key goes: <see cref="SoftPrompt.Dim"/> numbers, norm 1 or 0 (average token), at most 1 (per token).</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> has another size than the prompt's width.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="similarity"/> is none of prompts alone.</exception>
    public static void Write(SoftPrompt prompt, PromptSimilarity similarity, Span<double> key)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        if (similarity is not (PromptSimilarity.AverageToken or PromptSimilarity.PerToken))
        {
            throw new ArgumentOutOfRangeException(
                nameof(similarity), similarity, "Expected AverageToken or PerToken: a prompt alone has no displacement, a task embedding with its start has.");
        }

        Write(prompt, null, similarity == PromptSimilarity.AverageToken, key);
    }

    /// <summary>Computes the key of a task embedding.</summary>
    /// <param name="embedding">The embedding.</param>
    /// <param name="similarity">The similarity that the key is for; keys of different similarities do not go together.</param>
    /// <param name="key">Where the key goes: <see cref="SoftPrompt.Dim"/> numbers, norm 1 or 0 (average), at most 1 (per token).</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="key"/> has another size than the prompt's width, or a displacement is asked for and the embedding has no start, or one of another shape.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="similarity"/> is none of the enumeration.</exception>
    public static void Write(TaskEmbedding embedding, PromptSimilarity similarity, Span<double> key)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        if (!IsOfDisplacement(similarity))
        {
            Write(embedding.Prompt, similarity, key);
            return;
        }

        SoftPrompt start = embedding.Start ?? throw new ArgumentException(
            $"Found an embedding of '{embedding.Task}' without its start, expected one for {similarity}. Embed the task again, or compare prompts as they are ({AsTheyAre(similarity)}).",
            nameof(embedding));
        if (start.Length != embedding.Prompt.Length || start.Dim != embedding.Prompt.Dim)
        {
            throw new ArgumentException(
                $"Found an embedding of '{embedding.Task}' of {embedding.Prompt.Length} x {embedding.Prompt.Dim} with a start of {start.Length} x {start.Dim}, expected one shape.",
                nameof(embedding));
        }

        Write(embedding.Prompt, start, similarity == PromptSimilarity.AverageDisplacement, key);
    }

    /// <summary>The similarity of two prompts by their keys, in time O(d).</summary>
    /// <param name="a">The key of one prompt.</param>
    /// <param name="b">The key of the other one, for the same similarity and of the same width.</param>
    /// <returns>The inner product, cut to −1 … 1 where rounding carried it beyond.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The keys differ in width.</exception>
    public static double Compare(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => Math.Clamp(Kernels.Dot(a, b), -1, 1);

    /// <summary>Whether displacements are compared, for which starts must be known.</summary>
    internal static bool IsOfDisplacement(PromptSimilarity similarity) => similarity is PromptSimilarity.AverageDisplacement or PromptSimilarity.PerTokenDisplacement;

    /// <summary>The same similarity of the prompts as they are.</summary>
    internal static PromptSimilarity AsTheyAre(PromptSimilarity similarity) => similarity switch
    {
        PromptSimilarity.AverageDisplacement => PromptSimilarity.AverageToken,
        PromptSimilarity.PerTokenDisplacement => PromptSimilarity.PerToken,
        _ => similarity,
    };

    // Of the rows, or with a start of their differences.
    private static void Write(SoftPrompt prompt, SoftPrompt? start, bool isAverage, Span<double> key)
    {
        if (key.Length != prompt.Dim)
        {
            throw new ArgumentException($"A key of this prompt has {prompt.Dim} numbers, but there is room for {key.Length}.", nameof(key));
        }

        key.Clear();
        double[] difference = new double[start?.Dim ?? 0];
        for (int row = 0; row < prompt.Length; row++)
        {
            ReadOnlySpan<float> token = prompt.Row(row);
            if (start is null)
            {
                Kernels.AddScaled(token, isAverage ? 1 : Reciprocal(Kernels.SumOfSquares(token)), key);
                continue;
            }

            Array.Clear(difference);
            Kernels.AddScaled(token, 1, difference);
            Kernels.AddScaled(start.Row(row), -1, difference);
            TensorPrimitives.Multiply(difference, isAverage ? 1 : Reciprocal(Kernels.Dot(difference, difference)), difference);
            TensorPrimitives.Add(key, difference, key);
        }

        // The sum points where the mean points; dividing by the number of rows would only round once more.
        double divisor = isAverage ? Math.Sqrt(Kernels.Dot(key, key)) : prompt.Length;
        if (divisor > 0)
        {
            TensorPrimitives.Divide(key, divisor, key);
        }
    }

    // Of a norm by its square; 0 of a zero row, which adds nothing.
    private static double Reciprocal(double square) => square > 0 ? 1 / Math.Sqrt(square) : 0;
}
