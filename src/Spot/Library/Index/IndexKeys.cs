using Spot.Similarity;

namespace Spot.Library;

/// <summary>The keys of a task embedding, for every similarity one.</summary>
/// <param name="Step">The embedding's step.</param>
/// <param name="Dim">The width of a key.</param>
/// <param name="Values">The keys one behind the other, in the order of <see cref="PromptSimilarity"/>; where the embedding's start is not known, those of prompts as they are alone.</param>
internal sealed record IndexKeys(int Step, int Dim, double[] Values)
{
    /// <summary>How many keys there are where the start is known; else half as many.</summary>
    internal const int Similarities = 4;

    private bool HasStart => Values.Length == Similarities * Dim;

    internal static IndexKeys Of(TaskEmbedding embedding)
    {
        int dim = embedding.Prompt.Dim;
        double[] values = new double[(embedding.Start is null ? Similarities / 2 : Similarities) * dim];
        for (int i = 0; i * dim < values.Length; i++)
        {
            PromptKey.Write(embedding, (PromptSimilarity)i, values.AsSpan(i * dim, dim));
        }

        return new IndexKeys(embedding.Step, dim, values);
    }

    /// <summary>The key that the index holds for a similarity.</summary>
    internal ReadOnlySpan<double> Key(PromptSimilarity similarity) => Values.AsSpan((int)Compared(similarity) * Dim, Dim);

    /// <summary>Its tag.</summary>
    internal int Tag(PromptSimilarity similarity) => IndexKey.Tag(Step, isAsItIs: Compared(similarity) != similarity);

    private PromptSimilarity Compared(PromptSimilarity similarity) => HasStart ? similarity : PromptKey.AsTheyAre(similarity);
}
