namespace Spot.Similarity;

/// <summary>The similarities of two prompts (SPoT §3.2), and of two task embeddings.</summary>
/// <remarks>
/// <para>cos(x, y) = x·y / (|x||y|), and 0 where a norm is 0. Accumulated in double: within 1e-12 of the exact value of the float32
/// inputs, whatever their magnitude. The prompts may differ in length.</para>
/// <para>Cost O((L₁+L₂)·d). To compare one prompt with many, keep their keys (<see cref="PromptKey"/>). Safe for concurrent calls.</para>
/// </remarks>
public static class PromptCosine
{
    /// <summary>The cosine of the mean rows.</summary>
    /// <param name="a">A prompt.</param>
    /// <param name="b">A prompt of the same backbone and width.</param>
    /// <returns>−1 … 1; 0 where a mean row is zero.</returns>
    /// <exception cref="ArgumentException">The widths differ.</exception>
    /// <exception cref="SpotException">The prompts belong to different backbones.</exception>
    public static double AverageToken(SoftPrompt a, SoftPrompt b) => Compare(a, b, PromptSimilarity.AverageToken);

    /// <summary>The mean cosine over all pairs of rows. With itself a prompt's similarity is below 1 unless its rows are parallel.</summary>
    /// <param name="a">A prompt.</param>
    /// <param name="b">A prompt of the same backbone and width.</param>
    /// <returns>−1 … 1; a zero row contributes 0 and still counts.</returns>
    /// <exception cref="ArgumentException">The widths differ.</exception>
    /// <exception cref="SpotException">The prompts belong to different backbones.</exception>
    public static double PerToken(SoftPrompt a, SoftPrompt b) => Compare(a, b, PromptSimilarity.PerToken);

    /// <summary>The similarity of the given kind of two prompts as they are.</summary>
    /// <param name="a">A prompt.</param>
    /// <param name="b">A prompt of the same backbone and width.</param>
    /// <param name="similarity">Which similarity.</param>
    /// <returns>−1 … 1.</returns>
    /// <exception cref="ArgumentException">The widths differ, or <paramref name="similarity"/> is none of prompts alone.</exception>
    /// <exception cref="SpotException">The prompts belong to different backbones.</exception>
    public static double Compare(SoftPrompt a, SoftPrompt b, PromptSimilarity similarity)
    {
        ThrowUnlessComparable(a, b);
        double[] keys = new double[2 * a.Dim];
        PromptKey.Write(a, similarity, keys.AsSpan(0, a.Dim));
        PromptKey.Write(b, similarity, keys.AsSpan(a.Dim));
        return PromptKey.Compare(keys.AsSpan(0, a.Dim), keys.AsSpan(a.Dim));
    }

    /// <summary>The similarity of the given kind of two task embeddings.</summary>
    /// <param name="a">An embedding.</param>
    /// <param name="b">An embedding of the same backbone and width.</param>
    /// <param name="similarity">Which similarity.</param>
    /// <returns>−1 … 1.</returns>
    /// <exception cref="ArgumentException">
    /// The widths differ, a displacement is asked for and an embedding has no start, or <paramref name="similarity"/> is none of the enumeration.
    /// </exception>
    /// <exception cref="SpotException">The embeddings belong to different backbones.</exception>
    public static double Compare(TaskEmbedding a, TaskEmbedding b, PromptSimilarity similarity)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        ThrowUnlessComparable(a.Prompt, b.Prompt);
        double[] keys = new double[2 * a.Prompt.Dim];
        PromptKey.Write(a, similarity, keys.AsSpan(0, a.Prompt.Dim));
        PromptKey.Write(b, similarity, keys.AsSpan(a.Prompt.Dim));
        return PromptKey.Compare(keys.AsSpan(0, a.Prompt.Dim), keys.AsSpan(a.Prompt.Dim));
    }

    /// <summary>Throws unless two prompts belong to one backbone and have one width.</summary>
    internal static void ThrowUnlessComparable(SoftPrompt a, SoftPrompt b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.BackboneFingerprint != b.BackboneFingerprint)
        {
            throw new SpotException(
                $"Found prompts of two backbones, '{a.BackboneFingerprint}' and '{b.BackboneFingerprint}', expected one: numbers of different models " +
                "cannot be compared. Tune both prompts on the same backbone.");
        }

        if (a.Dim != b.Dim)
        {
            throw new ArgumentException($"Found prompts of width {a.Dim} and {b.Dim}, expected the same width.", nameof(b));
        }
    }
}
